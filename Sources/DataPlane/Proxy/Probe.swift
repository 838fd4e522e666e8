internal import CPetrelSystem

typealias ProbePointer = UnsafeMutablePointer<Probe>

/// The active checks of one endpoint, made by one worker.
struct Probe: SlabElement {
    // The timer comes first: a pointer to it is a pointer to the probe.
    var timer = TimerNode(owner: .probe)
    var slot = Slot()
    var endpoint: EndpointPointer?
    /// The check under way.
    var connection: ConnectionPointer?
    var state = HealthCheckState()
    /// The part of the expected bytes that has come (TCP).
    var matched = 0

    init() {}
}
