// swift-tools-version: 6.1
import PackageDescription

// A package of its own, over links to the sources, so that `swift build` of aor does not build it.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]
let package = Package(
  name: "aor-instructions",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "Wire", swiftSettings: settings),
    .target(name: "Conversation", dependencies: ["Wire"], swiftSettings: settings),
    .target(name: "Dialects", dependencies: ["Conversation", "Wire"], swiftSettings: settings),
    .target(name: "Counting"),
    .executableTarget(
      name: "Instructions", dependencies: ["Counting", "Dialects", "Conversation", "Wire"], swiftSettings: settings),
  ])
