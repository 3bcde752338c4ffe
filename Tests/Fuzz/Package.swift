// swift-tools-version: 6.1
import PackageDescription

// A package of its own, over links to the sources: what it links is instrumented for libFuzzer. `run` sets the paths.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
]
let sanitizer = Context.environment["AOR_FUZZ_SANITIZER"] ?? ""
let address = sanitizer.isEmpty ? [] : ["-sanitize=\(sanitizer)"]
// One option: of two the compiler takes the last.
let sanitizers = "-sanitize=" + (["fuzzer", sanitizer].filter { !$0.isEmpty }).joined(separator: ",")
// Checks of the standard library that a release leaves out, bounds of raw buffers above all, are on.
let watched = settings + [.unsafeFlags([sanitizers, "-assert-config", "Debug"])]
let runtime = Context.environment["AOR_FUZZ_RUNTIME"] ?? ""
#if os(Linux)
  let linking = address + ["-use-ld=lld", runtime, "-lstdc++", "-lm"]
#else
  let linking = address + [runtime, "-lc++"]
#endif
let package = Package(
  name: "aor-fuzz",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "Wire", swiftSettings: watched),
    .target(name: "Conversation", dependencies: ["Wire"], swiftSettings: watched),
    .target(name: "Dialects", dependencies: ["Conversation", "Wire"], swiftSettings: watched),
    .target(name: "TestSupport", dependencies: ["Dialects", "Conversation", "Wire"], swiftSettings: settings),
    .executableTarget(
      name: "Fuzz", dependencies: ["TestSupport"],
      swiftSettings: settings, linkerSettings: [.unsafeFlags(linking)]),
  ])
