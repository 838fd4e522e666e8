// swift-tools-version: 6.2
import PackageDescription

/// The benchmark of the data plane, apart from the main package so that
/// building it costs seconds and needs nothing but libssl-dev.
let package = Package(
    name: "petrel-benchmarks",
    targets: [
        .target(
            name: "CBench",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "petrel-load",
            dependencies: ["CBench"],
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),
        .executableTarget(
            name: "petrel-origin",
            dependencies: ["CBench"],
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .executableTarget(
            name: "petrel-bench",
            dependencies: ["CBench"],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]),
    ]
)
