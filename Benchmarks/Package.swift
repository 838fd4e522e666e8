// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// Warnings of the C targets are errors.
let strict: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

/// The benchmark of the data plane, apart from the main package so that
/// building it costs seconds and needs nothing but libssl-dev.
let package = Package(
    name: "petrel-benchmarks",
    targets: [
        .target(
            name: "CBench",
            cSettings: strict),
        .executableTarget(
            name: "petrel-load",
            dependencies: ["CBench"],
            cSettings: strict),
        .executableTarget(
            name: "petrel-origin",
            dependencies: ["CBench"],
            cSettings: strict,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .executableTarget(
            name: "petrel-bench",
            dependencies: ["CBench"],
            swiftSettings: house),
        .testTarget(
            name: "BenchTests",
            dependencies: [
                "CBench", "petrel-bench", "petrel-load", "petrel-origin",
            ],
            swiftSettings: house),
    ]
)
