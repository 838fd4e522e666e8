extension PeerAuthentication: ValidatedMessage {
    func validate(_ metadata: ObjectMeta, _ context: ValidationContext) {
        context.checkSelector("selector", selector)
        guard let ports = portLevelMtls else { return }
        context.inside("portLevelMtls") {
            if ports.isEmpty {
                context.error(.invalidPeerAuthentication, "port level mTLS, if defined, must have at least one element")
            } else if selector?.matchLabels.isEmpty ?? true {
                context.error(
                    .invalidPeerAuthentication, "mesh/namespace peer authentication cannot have port level mTLS; add selector.matchLabels")
            }
        }
        context.each("portLevelMtls", ports) { port, _ in
            if !(1...65535).contains(port) { context.error(.invalidPort, "port must be in range 1..65535") }
        }
    }
}
