/// What a `petrel` command asks of a running mesh.
public enum ControlRequest: Codable, Sendable, Equatable {
    /// Serve the sockets that come with the message for a program of this
    /// identity, until the connection ends. `connections`, `dnsDatagrams` and
    /// `dnsStreams` say how many of the descriptors are of each sort.
    case attach(identity: WorkloadIdentity, connections: Int, dnsDatagrams: Int, dnsStreams: Int)
    /// What is in force and who is attached.
    case status
}

/// What the mesh answers.
public enum ControlReply: Codable, Sendable, Equatable {
    /// The sockets are served from now on.
    case attached
    /// A page for people.
    case status(String)
    /// The request was refused, and why.
    case refused(String)
}
