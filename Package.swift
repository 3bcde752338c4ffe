// swift-tools-version: 6.1
import PackageDescription

/// Every target compiles with these.
///
/// `AOR_WARNINGS_AS_ERRORS=1` is how CI refuses warnings: the command line flag would collide with the
/// `-suppress-warnings` SwiftPM gives dependencies.
let settings: [SwiftSetting] =
  [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  + (Context.environment["AOR_WARNINGS_AS_ERRORS"] == "1"
    ? [.unsafeFlags(["-warnings-as-errors"])] : [])

/// Commands start on the thread they are called on: a command that waits for nothing starts no other.
let commandSettings: [SwiftSetting] = settings + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

/// Where `make release` puts archives to link instead of shared libraries.
let linking: [LinkerSetting] =
  Context.environment["AOR_STATIC_LIBRARIES"].flatMap { $0.isEmpty ? nil : [.unsafeFlags(["-L", $0])] } ?? []

extension Target.Dependency {
  static let argumentParser = Self.product(name: "ArgumentParser", package: "swift-argument-parser")
  static let nioCore = Self.product(name: "NIOCore", package: "swift-nio")
  static let nioPosix = Self.product(name: "NIOPosix", package: "swift-nio")
  static let nioConcurrencyHelpers = Self.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
  static let nioHTTP1 = Self.product(name: "NIOHTTP1", package: "swift-nio")
  static let grdb = Self.product(name: "GRDB", package: "GRDB.swift")
  static let sqlite = Self.product(name: "GRDBSQLite", package: "GRDB.swift")
  static let crypto = Self.product(name: "Crypto", package: "swift-crypto")
}

// The arrows of docs/architecture.md. `ArchitectureTests` compares this list with that picture.
let package = Package(
  name: "aor",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "aor", targets: ["aor"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    .executableTarget(
      name: "aor", dependencies: ["Commands"], swiftSettings: commandSettings, linkerSettings: linking),
    .target(
      name: "Commands",
      dependencies: [
        "Console", "Store", "Gateway", "Upstream", "Routing", "Providers", "Dialects",
        "Conversation", "Wire", .argumentParser, .nioCore, .nioPosix,
      ],
      swiftSettings: commandSettings),
    .target(name: "Console", dependencies: ["CReadline"], swiftSettings: commandSettings),
    .target(
      name: "Store",
      dependencies: ["Routing", "Providers", "Conversation", "Wire", .grdb, .sqlite, .crypto],
      swiftSettings: settings),
    .target(
      name: "Gateway",
      dependencies: [
        "Upstream", "Routing", "Providers", "Dialects", "Conversation", "Wire",
        .nioCore, .nioPosix, .nioHTTP1, .nioConcurrencyHelpers,
      ],
      swiftSettings: settings),
    .target(
      name: "Upstream", dependencies: ["CCurl", .nioCore, .nioPosix], swiftSettings: settings),
    .target(
      name: "Routing", dependencies: ["Providers", "Conversation"], swiftSettings: settings),
    .target(name: "Providers", dependencies: ["Conversation"], swiftSettings: settings),
    .target(name: "Dialects", dependencies: ["Conversation", "Wire"], swiftSettings: settings),
    .target(name: "Conversation", dependencies: ["Wire"], swiftSettings: settings),
    .target(name: "Wire", swiftSettings: settings),
    .target(name: "CCurl"),
    .systemLibrary(
      name: "CReadline", pkgConfig: "readline",
      providers: [.apt(["libreadline-dev"]), .brew(["readline"])]),

    .target(
      name: "TestSupport", dependencies: ["Dialects", "Conversation", "Wire"], path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    .testTarget(name: "WireTests", dependencies: ["Wire", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "DialectsTests", dependencies: ["Dialects", "Conversation", "Wire", "TestSupport"],
      swiftSettings: settings),
    .testTarget(name: "ProvidersTests", dependencies: ["Providers", "Conversation"], swiftSettings: settings),
    .testTarget(
      name: "RoutingTests", dependencies: ["Routing", "Providers", "Conversation"], swiftSettings: settings),
    .testTarget(
      name: "StoreTests", dependencies: ["Store", "Routing", "Providers", "Conversation", .grdb, .crypto],
      exclude: ["Fixtures"], swiftSettings: settings),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "Gateway", "Upstream", "Routing", "Providers", "Dialects", "Conversation", "Wire", .nioCore, .nioPosix,
        .nioConcurrencyHelpers,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "UpstreamTests", dependencies: ["Upstream", "CCurl", "TestSupport", .nioCore, .nioPosix],
      swiftSettings: settings),
    .testTarget(name: "ConsoleTests", dependencies: ["Console"], swiftSettings: settings),
    .testTarget(
      name: "CommandsTests", dependencies: ["Commands", "Console", "Conversation", .argumentParser],
      swiftSettings: settings),
    .testTarget(
      name: "AcceptanceTests", dependencies: ["aor", "Store", "Routing", "Providers", "Conversation", "TestSupport"],
      swiftSettings: settings),
  ]
)
