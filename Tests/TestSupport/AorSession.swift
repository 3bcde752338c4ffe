import Foundation

/// A series of commands in one home, written down for a snapshot.
public final class AorSession {
  /// Planted as the token of everything; must never come out again.
  public static let token = "sk-planted-4fQ9xZ7pL2mK8vT3"

  /// Where the databases are.
  public let home: TemporaryHome
  /// Added to the environment of every command.
  public var environment: [String: String] = [:]
  private var transcript = ""
  private var replacements: [(String, String)] = []
  /// Commands whose output held the planted token.
  public private(set) var leaks: [String] = []

  /// Makes a session in an empty home.
  public init() throws {
    home = try TemporaryHome()
    replacements = [(home.path, "$AOR_HOME")]
  }

  /// Shows `text` as `name` in the snapshot.
  public func replace(_ text: String, by name: String) {
    replacements.append((text, name))
  }

  /// The whole environment of a command.
  public var variables: [String: String] {
    let values = ["AOR_HOME": home.path, "HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "TZ": "UTC"]
    return values.merging(environment) { $1 }
  }

  /// Runs a command and writes it down.
  @discardableResult
  public func run(_ arguments: String..., input: String? = nil) throws -> CommandResult {
    let result = try AorProcess.run(arguments, input: input ?? "", environment: variables)
    let words = arguments.map { $0.contains { " *'<>|".contains($0) } || $0.isEmpty ? "'\($0)'" : $0 }
    if (result.output + result.error).contains(Self.token) { leaks.append(words.joined(separator: " ")) }
    transcript += "$ aor \(words.joined(separator: " "))\(input == nil ? "" : " < input")\n"
    if !result.output.isEmpty { transcript += "--- stdout\n\(result.output)" }
    if !result.error.isEmpty { transcript += "--- stderr\n\(result.error)" }
    transcript += "--- status \(result.status)\n\n"
    return result
  }

  /// Everything so far, with what changes from run to run replaced.
  public var text: String {
    var text = replacements.reduce(transcript) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    for (pattern, name) in [
      (#"\b\d+ ms\b"#, "N ms"), (#"\b\d+\.\d s\b"#, "N s"), (#""latencyMs": \d+"#, #""latencyMs": N"#),
      (#"  +(?=N ms)"#, "  "),
    ] {
      text = text.replacingOccurrences(of: pattern, with: name, options: .regularExpression)
    }
    return text
  }
}
