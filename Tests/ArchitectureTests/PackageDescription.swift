import Foundation

/// What Package.swift says of the targets under Sources.
struct PackageDescription {
  /// Names of a target's dependencies: targets and products.
  private(set) var dependencies: [String: [String]] = [:]

  init(_ text: String) {
    // `static let nioCore = Self.product(name: "NIOCore", …)`
    var products: [String: String] = [:]
    for match in text.matches(of: /static let (\w+) = Self\.product\(name: "(\w+)"/) {
      products[String(match.1)] = String(match.2)
    }
    for match in text.matches(of: /\.(?:target|executableTarget|systemLibrary)\(/) {
      let arguments = Self.enclosed(text[match.range.lowerBound...], "(", ")")
      guard !arguments.contains("path: \"Tests/"), let name = arguments.firstMatch(of: /name: "(\w+)"/)?.1 else {
        continue
      }
      var names: [String] = []
      if let list = arguments.range(of: "dependencies:") {
        let entries = Self.enclosed(arguments[list.upperBound...], "[", "]")
        for entry in entries.matches(of: /"(\w+)"|\.(\w+)/) {
          if let target = entry.1 { names.append(String(target)) }
          if let product = entry.2 { names.append(products[String(product)] ?? String(product)) }
        }
      }
      dependencies[String(name)] = names
    }
  }

  /// From the first opening bracket to the one that closes it.
  private static func enclosed(_ text: Substring, _ opening: Character, _ closing: Character) -> Substring {
    guard let start = text.firstIndex(of: opening) else { return "" }
    var depth = 0
    for index in text[start...].indices {
      if text[index] == opening { depth += 1 }
      if text[index] == closing { depth -= 1 }
      if depth == 0 { return text[start...index] }
    }
    return ""
  }
}
