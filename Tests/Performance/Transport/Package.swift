// swift-tools-version: 6.1
import PackageDescription

// A package of its own, over links to the sources, so that `swift build` of aor does not build it.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]
let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
]
let package = Package(
  name: "transport-performance",
  platforms: [.macOS(.v13)],
  dependencies: [.package(url: "https://github.com/apple/swift-nio", from: "2.101.2")],
  targets: [
    .target(name: "CCurl"),
    .target(name: "Upstream", dependencies: ["CCurl"] + nio, swiftSettings: settings),
    .executableTarget(name: "TransportBench", dependencies: ["Upstream"] + nio, swiftSettings: settings),
    .executableTarget(name: "LoopbackUpstream"),
    .executableTarget(name: "LoopbackLoad"),
  ])
