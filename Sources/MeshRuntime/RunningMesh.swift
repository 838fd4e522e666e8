internal import ControlPlane
public import Capture
internal import ConfigStore
internal import DataPlane
internal import DiscoveryServer
internal import EnvoyAPI
public import LocalControl
internal import ManagementPlane
internal import MeshAuthority
internal import MeshAPI
public import MeshCompilation
internal import ServiceRegistry
internal import TrafficModel

/// The whole mesh in one process: reads the objects and follows their files,
/// serves xDS, runs the data plane, and takes programs in.
public actor RunningMesh {
    /// What happens, for whoever tells the user.
    public nonisolated let events: AsyncStream<MeshEvent>
    /// The configuration in force.
    public private(set) var compiled: CompiledMesh
    /// Counts the configurations that were in force, from 1.
    public private(set) var revision: UInt64 = 1

    let source: MeshSource
    let options: MeshOptions
    let emit: AsyncStream<MeshEvent>.Continuation
    let dataPlane: DataPlane?
    let discovery: DiscoveryListener
    let gatewayPorts: GatewayPorts
    private var files: FileSet
    var gateways: [LocalGateway: any LocalProxy] = [:]
    var sidecars: [WorkloadIdentity: any Sidecar] = [:]
    var attachments: [UInt64: Attachment] = [:]
    private var nextAttachment: UInt64 = 1
    private var following: Task<Void, Never>?
    private(set) var lastRefusal: (files: [String], violations: [Violation])?

    /// One program's sockets in one sidecar.
    struct Attachment {
        var identity: WorkloadIdentity
        var id: AttachmentID
    }

    /// Reads the configuration and brings everything up.
    ///
    /// - Throws: ``MeshStartError``; nothing runs then.
    public init(source: MeshSource, options: MeshOptions = MeshOptions()) async throws {
        var files = FileSet(defaultNamespace: source.defaultNamespace)
        let watch = FileWatch(paths: source.files)
        let loaded = files.reload(FileFinder.read(source.files))
        let ports = GatewayPorts()
        let compiled = CompiledMesh(objects: loaded.objects, source: source) { ports.port(of: $0, $1) }
        let violations = loaded.violations + compiled.translation.violations
        guard !violations.contains(where: { $0.severity == .error }) else { throw MeshStartError.invalid(violations) }
        if options.dataPlane == .envoy { _ = try EnvoyBinary.locate(options.envoyPath) }

        (events, emit) = AsyncStream<MeshEvent>.makeStream(bufferingPolicy: .bufferingNewest(1024))
        self.source = source
        self.options = options
        self.files = files
        gatewayPorts = ports
        self.compiled = compiled
        dataPlane = options.dataPlane == .none ? nil : try DataPlaneFactory.make(options)
        let emit = self.emit
        let secrets = WorkloadSecrets(authority: try MeshAuthority(trustDomain: source.meshConfig.trustDomain))
        discovery = try await DiscoveryListener.start(mesh: compiled, secrets: secrets, port: options.xdsPort) { proxy, resource, reason in
            emit.yield(.rejected(proxy: proxy, resource: resource, reason: reason))
        }
        if !violations.isEmpty { emit.yield(.warned(violations)) }
        do {
            try await updateGateways()
        } catch {
            await shutdown(drain: .zero)
            throw error
        }
        if let watch {
            following = Task { [weak self] in
                // Editors write in several steps; what matters is where they end.
                let debounced = DebouncedChanges(
                    clock: ContinuousClock(), quiet: options.debounceAfter, longest: options.debounceMax)
                async let announcing: Void = {
                    for await _ in watch.changes { debounced.announce() }
                }()
                await debounced.run { [weak self] in await self?.reload() }
                await announcing
            }
        }
    }

    /// Reads the files again and puts what changed in force.
    public func reload() async {
        let loaded = files.reload(FileFinder.read(source.files))
        if !loaded.refused.isEmpty, lastRefusal?.violations != loaded.violations, !loaded.violations.isEmpty {
            lastRefusal = (loaded.refused, loaded.violations)
            emit.yield(.refused(files: loaded.refused, violations: loaded.violations))
        }
        if loaded.refused.isEmpty { lastRefusal = nil }
        guard loaded.changed else { return }
        let ports = gatewayPorts
        let changes = loaded.removed.map(ObjectChange.remove) + loaded.put.map(ObjectChange.put)
        let next = compiled.applying(changes) { ports.port(of: $0, $1) }
        let warnings = loaded.violations.filter { $0.severity == .warning } + next.translation.violations
        compiled = next
        revision += 1
        discovery.discovery.publish(next)
        do {
            // Sidecars send to gateways only what those already serve.
            try await updateGateways()
        } catch {
            emit.yield(.dataPlane("\(error)"))
        }
        for sidecar in sidecars.values { await sidecar.update(next) }
        if !warnings.isEmpty { emit.yield(.warned(warnings)) }
        emit.yield(.applied(revision: revision, objects: next.declaredCount, services: next.snapshot.services.count))
    }

    /// Serves a captured program's sockets. They are closed when it leaves.
    ///
    /// - Returns: A number for ``detach(_:)``.
    public func attach(_ identity: WorkloadIdentity, sockets: CapturedSockets) async throws -> UInt64 {
        let sidecar = try await sidecar(for: identity)
        let id = try await sidecar.attach(sockets)
        let number = nextAttachment
        nextAttachment += 1
        attachments[number] = Attachment(identity: identity, id: id)
        emit.yield(.attached(identity: identity.text))
        return number
    }

    /// Lets a program go: its sockets are closed.
    public func detach(_ number: UInt64) async {
        guard let attachment = attachments.removeValue(forKey: number) else { return }
        await sidecars[attachment.identity]?.detach(attachment.id)
        emit.yield(.detached(identity: attachment.identity.text))
    }

    /// Lets requests in flight finish for at most `drain`, then stops everything.
    public func shutdown(drain: Duration) async {
        following?.cancel()
        await dataPlane?.drain(deadline: drain)
        for sidecar in sidecars.values { await sidecar.stop() }
        sidecars = [:]
        for gateway in gateways.values { await gateway.stop() }
        gateways = [:]
        discovery.stop()
        dataPlane?.stop()
        emit.finish()
    }

    private func sidecar(for identity: WorkloadIdentity) async throws -> any Sidecar {
        if let sidecar = sidecars[identity] { return sidecar }
        guard let dataPlane else {
            throw ControlError("This mesh runs no data plane (--data-plane none), so no program can join it.")
        }
        let sidecar: any Sidecar
        switch options.dataPlane {
        case .petrel: sidecar = InProcessSidecar(identity, dataPlane: dataPlane, discovery: discovery)
        case .envoy:
            sidecar = try await EnvoySidecar(
                identity, dataPlane: dataPlane, mesh: compiled, xdsPort: discovery.port, options: options, emit: emit)
        case .none: throw ControlError("This mesh runs no data plane.")
        }
        // Another program of the same identity may have brought it up meanwhile.
        if let other = sidecars[identity] {
            await sidecar.stop()
            return other
        }
        sidecars[identity] = sidecar
        await sidecar.update(compiled)
        return sidecar
    }
}
