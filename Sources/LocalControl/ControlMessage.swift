/// What a `petrel` command asks of a running mesh.
public enum ControlRequest: Codable, Sendable, Equatable {
    /// Serve the sockets that come with the message for a program of this
    /// identity, until the connection ends. `connections`, `dnsDatagrams` and
    /// `dnsStreams` say how many of the descriptors are of each sort.
    case attach(identity: WorkloadIdentity, connections: Int, dnsDatagrams: Int, dnsStreams: Int)
    /// What is in force and who is attached.
    case status
    /// What becomes of a request of this identity: the request and its headers as
    /// a command line gives them.
    case explain(request: String, headers: [String], identity: WorkloadIdentity, json: Bool, verbose: Bool)
}

/// What the mesh answers.
public enum ControlReply: Codable, Sendable, Equatable {
    /// The sockets are served from now on.
    case attached
    /// A text to print: a page of status, an explanation.
    case text(String)
    /// The request was refused, and why.
    case refused(String)
}
