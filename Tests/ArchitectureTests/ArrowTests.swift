import Foundation
import Testing

/// Which target may know which.
///
/// The picture stands three times: here, in Package.swift, and as the `arrows` block of docs/architecture.md; all must
/// agree.
@Suite struct ArrowTests {
  /// Targets of ours a target depends on.
  static let arrows: [String: Set<String>] = [
    "aor": ["Commands"],
    "Commands": [
      "Console", "Store", "Gateway", "Upstream", "Routing", "Providers", "Dialects", "Conversation", "Wire",
    ],
    "Console": ["CReadline"],
    "Store": ["Routing", "Providers", "Conversation", "Wire"],
    "Gateway": ["Upstream", "Routing", "Providers", "Dialects", "Conversation", "Wire"],
    "Upstream": ["CCurl"],
    "Routing": ["Providers", "Conversation"],
    "Providers": ["Conversation"],
    "Dialects": ["Conversation", "Wire"],
    "Conversation": ["Wire"],
    "Wire": [],
  ]
  /// Targets without Swift.
  static let boundaries: Set = ["CCurl", "CReadline"]
  /// What comes with the toolchain.
  static let system: Set = ["Foundation", "Dispatch", "Synchronization", "Glibc", "Darwin", "Musl"]

  /// Modules only these targets import, other than those above.
  static let reserved: [String: Set<String>] = [
    "CCurl": ["Upstream"], "CReadline": ["Console"], "GRDB": ["Store"],
    "Crypto": ["Store", "Backup", "SelfUpdate"], "ArgumentParser": ["Commands"],
  ]

  static let package = PackageDescription(SourceTree.text(of: "Package.swift") ?? "")

  @Test func thePackageHasTheArrowsOfThePicture() {
    let ours = Set(Self.arrows.keys).union(Self.boundaries)
    #expect(Set(Self.package.dependencies.keys) == ours)
    for (target, expected) in Self.arrows {
      #expect(Set(Self.package.dependencies[target] ?? []).intersection(ours) == expected, "\(target)")
    }
  }

  @Test func arrowsPointDownOnly() {
    var settled = Self.boundaries
    while let next = Self.arrows.keys.first(where: {
      !settled.contains($0) && Self.arrows[$0]?.isSubset(of: settled) == true
    }) {
      settled.insert(next)
    }
    #expect(settled == Set(Self.arrows.keys).union(Self.boundaries), "a circle")
  }

  @Test func thePageShowsTheSamePicture() throws {
    // The page comes with the architecture it describes; until then there is nothing to compare.
    guard let page = SourceTree.text(of: "docs/architecture.md") else { return }
    let block = try #require(
      page.firstMatch(of: /```arrows\n((?:.|\n)*?)```/), "docs/architecture.md has no `arrows` block"
    ).1
    var shown: [String: Set<String>] = [:]
    for line in block.split(separator: "\n") {
      let sides = line.split(separator: "→", omittingEmptySubsequences: false)
      try #require(sides.count == 2, "\(line)")
      shown[sides[0].trimmingCharacters(in: .whitespaces)] = Set(sides[1].split(separator: " ").map(String.init))
    }
    #expect(shown == Self.arrows)
  }

  @Test func everyImportIsADeclaredDependency() {
    for file in SourceTree.files {
      let declared = Set(Self.package.dependencies[file.target] ?? []).union(Self.system)
      for module in file.imports where !declared.contains(module) {
        Issue.record("\(file.path) imports \(module)")
      }
    }
  }

  @Test func boundariesAreCrossedInOnePlace() {
    for file in SourceTree.files {
      for module in file.imports {
        if let owners = Self.reserved[module] {
          #expect(owners.contains(file.target), "\(file.path) imports \(module)")
        }
        if module.hasPrefix("NIO") {
          #expect(["Gateway", "Upstream", "Commands"].contains(file.target), "\(file.path) imports \(module)")
        }
        if module == "Foundation" {
          let pure = ["Wire", "Conversation", "Dialects", "Routing"]
          #expect(!pure.contains(file.target), "\(file.path) imports Foundation")
        }
      }
    }
  }

  @Test func importsAreSeenWhereverTheyStand() {
    let text =
      "import A\n@testable import B\n@preconcurrency public import struct C.D\n// import E\nlet x = \"\"\"\nimport F\n\"\"\""
    let file = SourceTree.File(path: "T/x.swift", text: text)
    #expect(file.imports == ["A", "B", "C"])
  }
}
