internal import Foundation

/// The nginx configuration of a case, equal in effect to Envoy's.
enum NginxConfiguration {
    /// Debian's module for TCP, which is a package of its own.
    static var streamModule: String? {
        let path = "/usr/lib/nginx/modules/ngx_stream_module.so"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    static func text(_ setup: Setup) -> String {
        let common = """
            daemon off;
            master_process off;
            worker_processes 1;
            worker_rlimit_nofile 20000;
            error_log stderr crit;
            pid \(setup.directory)/nginx.pid;
            events { worker_connections 19000; }

            """
        return setup.bench.front == .tcp
            ? "load_module \(streamModule ?? "");\n" + common + stream(setup)
            : common + http(setup)
    }

    private static func stream(_ setup: Setup) -> String {
        """
        stream {
            access_log off;
            server {
                listen 127.0.0.1:\(setup.port);
                tcp_nodelay on;
                proxy_pass 127.0.0.1:\(setup.originPort);
            }
        }

        """
    }

    private static func http(_ setup: Setup) -> String {
        let bench = setup.bench
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map {
            "    \($0)_temp_path \(setup.directory)/\($0);\n"
        }.joined()
        var text = "http {\n" + paths + accessLog(setup) + """
                keepalive_requests 1000000000;
                keepalive_timeout 300s;
                server_names_hash_max_size 65536;
                server_names_hash_bucket_size 128;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_set_header Host $host;

            """
        if bench.isTLS {
            text += """
                    proxy_ssl_verify on;
                    proxy_ssl_trusted_certificate \(setup.authorityFile);
                    proxy_ssl_name \(Setup.originName);
                    proxy_ssl_server_name on;
                    proxy_ssl_protocols TLSv1.3;

                """
        }
        let listen = "listen 127.0.0.1:\(setup.port)"
            + (bench.front == .http2 ? " http2" : "")
        text += "    server { \(listen) default_server; return 503; }\n"
        for (number, name) in bench.hostNames.enumerated() {
            text += """
                    upstream upstream-\(number) {
                        server 127.0.0.1:\(setup.originPort);
                        keepalive \(bench.hosts == 1 ? 256 : 16);
                        keepalive_requests 1000000000;
                    }
                    server {
                        \(listen);
                        server_name \(name);
                        location / {
                            proxy_pass \(bench.isTLS ? "https" : "http")\
                ://upstream-\(number);
                        }
                    }

                """
        }
        return text + "}\n"
    }

    private static func accessLog(_ setup: Setup) -> String {
        let file = setup.directory + "/access.log"
        switch setup.bench.accessLog {
        case .off: return "    access_log off;\n"
        case .text:
            return "    access_log \(file) combined buffer=64k flush=1s;\n"
        case .json:
            return "    log_format json escape=json "
                + #"'{"time":"$time_iso8601","method":"$request_method","#
                + #""path":"$request_uri","authority":"$host","#
                + #""status":"$status","bytes":"$body_bytes_sent","#
                + #""duration":"$request_time","upstream":"$upstream_addr"}';"#
                + "\n    access_log \(file) json buffer=64k flush=1s;\n"
        }
    }
}
