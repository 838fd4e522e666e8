// swift-tools-version: 6.2
import PackageDescription

/// Settings shared by every Swift target: Swift 6 language mode with the
/// upcoming features that make visibility and existentials explicit.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)])

let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let tls = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let grpc: [Target.Dependency] = [
    .product(name: "GRPCCore", package: "grpc-swift-2"),
    .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
    .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
]
let originServers: [Target.Dependency] = [
    .product(name: "X509", package: "swift-certificates"),
    .product(name: "SwiftASN1", package: "swift-asn1"),
    .product(name: "Crypto", package: "swift-crypto"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOTLS", package: "swift-nio"),
    tls,
]

/// A target of this package; its tests, where it has any, are `<name>Tests`.
func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(of name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, exclude: exclude, swiftSettings: house)
}

let package = Package(
    name: "petrel",
    products: [
        .executable(name: "petrel", targets: ["petrel"]),
        .executable(name: "petrel-proxy", targets: ["petrel-proxy"]),
        .library(name: "PetrelTestKit", targets: ["PetrelTestKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", from: "2.4.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // The C shims.
        .target(name: "CPetrelSystem"),
        .target(name: "CPetrelCapture"),

        // The control side, in the order of imports.
        target("MeshAPI", [yams]),
        target("EnvoyAPI", [protobuf]),
        target("ConfigStore", ["MeshAPI"]),
        target("ManagementPlane", ["MeshAPI", .product(name: "Crypto", package: "swift-crypto")]),
        target("ServiceRegistry", ["MeshAPI", "EnvoyAPI", protobuf]),
        target("ConfigGeneration", ["MeshAPI", "ServiceRegistry", "EnvoyAPI", protobuf]),
        target("DiscoveryServer", ["EnvoyAPI", protobuf] + grpc),
        target("DiscoveryClient", ["EnvoyAPI", protobuf] + grpc),

        // The data side.
        target("TrafficModel", ["EnvoyAPI", protobuf]),
        target("Telemetry"),
        target("HTTP2"),
        target("DataPlane", ["CPetrelSystem", "HTTP2", "TrafficModel", "Telemetry", "EnvoyAPI", tls]),
        target("ProxyRuntime", ["DataPlane", "DiscoveryClient", "TrafficModel", "Telemetry", "EnvoyAPI", "CPetrelSystem", protobuf]),

        // Both, assembled.
        target("Capture", ["CPetrelCapture"]),
        target("LocalControl", ["Capture"]),
        target(
            "MeshAuthority",
            [
                .product(name: "X509", package: "swift-certificates"), .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),
        target(
            "MeshCompilation",
            [
                "MeshAPI", "ConfigStore", "ManagementPlane", "ServiceRegistry", "ConfigGeneration", "EnvoyAPI",
                "LocalControl",
            ]),
        target(
            "ControlPlane",
            [
                "MeshAPI", "MeshAuthority", "MeshCompilation", "ServiceRegistry", "ConfigGeneration", "EnvoyAPI", "DiscoveryServer",
                protobuf,
            ]),
        target(
            "Analysis",
            [
                "MeshAPI", "ManagementPlane", "ServiceRegistry", "ConfigGeneration", "MeshCompilation", "TrafficModel",
                "EnvoyAPI", protobuf,
            ]),
        target(
            "Diagnostics",
            [
                "MeshAPI", "ConfigStore", "ManagementPlane", "MeshCompilation", "ServiceRegistry", "ConfigGeneration",
                "EnvoyAPI", "TrafficModel",
            ]),
        target(
            "MeshRuntime",
            [
                "Diagnostics",
                "MeshAPI", "ConfigStore", "ManagementPlane", "MeshAuthority", "MeshCompilation", "ControlPlane", "ServiceRegistry",
                "ConfigGeneration", "EnvoyAPI", "DiscoveryServer", "TrafficModel", "DataPlane", "Capture", "LocalControl", protobuf,
            ]),
        target("PetrelTestKit", originServers),
        .executableTarget(
            name: "petrel",
            dependencies: [
                "MeshAPI", "ConfigStore", "ManagementPlane", "ServiceRegistry", "ConfigGeneration", "EnvoyAPI", "MeshCompilation",
                "Analysis", "Diagnostics", "MeshRuntime", "Capture", "LocalControl", "PetrelTestKit", arguments, protobuf,
            ], swiftSettings: house),
        .executableTarget(
            name: "petrel-proxy", dependencies: ["DataPlane", "DiscoveryClient", "EnvoyAPI", "ProxyRuntime"],
            swiftSettings: house),

        // `scripts/bench control`.
        .executableTarget(
            name: "petrel-control-bench",
            dependencies: [
                "MeshAPI", "ConfigStore", "MeshAuthority", "MeshCompilation", "ControlPlane", "ServiceRegistry", "ConfigGeneration",
                "EnvoyAPI", "DiscoveryServer", protobuf,
            ], path: "Benchmarks/Control", swiftSettings: house),

        tests(of: "MeshAPI"),
        tests(of: "EnvoyAPI", ["PetrelTestKit", protobuf]),
        tests(of: "ConfigStore", ["MeshAPI"]),
        tests(of: "ManagementPlane", ["MeshAPI"], exclude: ["Golden"]),
        tests(of: "ServiceRegistry", ["MeshAPI"]),
        tests(of: "ConfigGeneration", ["MeshAPI", "EnvoyAPI", "ServiceRegistry", protobuf], exclude: ["Golden"]),
        tests(of: "DiscoveryServer", ["EnvoyAPI", "PetrelTestKit", protobuf] + grpc),
        tests(of: "DiscoveryClient", ["DiscoveryServer", "EnvoyAPI", protobuf]),
        tests(of: "TrafficModel", ["EnvoyAPI", protobuf]),
        tests(of: "Telemetry"),
        tests(of: "HTTP2"),
        tests(of: "DataPlane", ["CPetrelSystem", "HTTP2", "Telemetry", "TrafficModel", "EnvoyAPI"]),
        tests(of: "ProxyRuntime", ["DataPlane", "DiscoveryClient", "DiscoveryServer", "Telemetry", "EnvoyAPI", "PetrelTestKit", protobuf]),
        tests(of: "Capture"),
        tests(of: "LocalControl", ["Capture"]),
        tests(of: "PetrelTestKit", originServers),
        tests(of: "MeshCompilation", ["MeshAPI", "ServiceRegistry"]),
        tests(
            of: "ControlPlane",
            ["MeshAPI", "MeshAuthority", "MeshCompilation", "ServiceRegistry", "ConfigGeneration", "EnvoyAPI", "DiscoveryServer", "PetrelTestKit", protobuf]),
        tests(
            of: "Analysis", ["MeshAPI", "ServiceRegistry", "ConfigGeneration", "MeshCompilation"]),
        tests(
            of: "Diagnostics", ["MeshAPI", "MeshCompilation", "ServiceRegistry", "ConfigGeneration"]),
        tests(of: "MeshRuntime", ["MeshAPI", "MeshCompilation", "Capture", "LocalControl", "PetrelTestKit"]),
        // Both proxies, and hostile peers. What their tests share is a library of its own.
        .target(
            name: "ProxyTestSupport", dependencies: ["CPetrelSystem"], path: "Tests/ProxyTestSupport", swiftSettings: house),
        .testTarget(
            name: "DifferentialTests",
            dependencies: ["ProxyTestSupport", "DataPlane", "TrafficModel", "EnvoyAPI", "PetrelTestKit", yams],
            exclude: ["Cases", "disagreements.yaml"], swiftSettings: house),
        .testTarget(
            name: "AgreementTests",
            dependencies: [
                "MeshAPI", "ServiceRegistry", "ConfigGeneration", "EnvoyAPI", "TrafficModel", "DataPlane", "Diagnostics",
                "PetrelTestKit", protobuf,
            ], swiftSettings: house),
        .testTarget(
            name: "DocumentationTests", dependencies: ["MeshAPI", "TrafficModel"], swiftSettings: house),
    ]
)
