import Conversation
import Foundation
import Wire

/// What fuzzing of a target begins with: fixtures, inputs that once broke it, and recorded traffic where there is some.
public enum FuzzSeeds {
  private static let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The seeds of a target of at most `size` bytes each, always in the same order.
  public static func of(_ target: FuzzTarget, size: Int) -> [[UInt8]] {
    (files(target.kind) + found(target)).compactMap { file in
      (try? Data(contentsOf: file)).flatMap { $0.count <= size ? Array($0) : nil }
    } + recorded(target.kind).filter { $0.count <= size }
  }

  /// Inputs that once broke a target and must not again: `Tests/Fixtures/Fuzz/TARGET/*`.
  public static func found(_ target: FuzzTarget) -> [URL] {
    list(tests.appendingPathComponent("Fixtures/Fuzz/\(target.name)"))
  }

  /// The fixtures a target begins with.
  public static func fixtures(_ target: FuzzTarget) -> [URL] { files(target.kind) }

  private static func files(_ kind: FuzzTarget.Kind) -> [URL] {
    switch kind {
    case .json: DialectID.allCases.flatMap { files($0, "request.json") + files($0, "response.json") }
    case .eventStream: DialectID.allCases.flatMap { files($0, "stream.sse") }
    case .request(let dialect): files(dialect, "request.json")
    case .response(let dialect): files(dialect, "response.json")
    case .stream(let dialect): files(dialect, "stream.sse")
    }
  }

  private static func files(_ dialect: DialectID, _ name: String) -> [URL] {
    let fixtures = list(tests.appendingPathComponent("Fixtures/Dialects/\(dialect.rawValue)"))
      .map { $0.appendingPathComponent(name) }
    let conversations = list(tests.appendingPathComponent("Fixtures/Conversations"))
      .map { $0.appendingPathComponent("\(dialect.rawValue).\(name)") }
    return (fixtures + conversations).filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  private static func recorded(_ kind: FuzzTarget.Kind) -> [[UInt8]] {
    switch kind {
    case .json, .eventStream: []
    case .request(let dialect): Corpus.generations(dialect).compactMap(\.request)
    case .response(let dialect): Corpus.generations(dialect).compactMap(\.response)
    case .stream(let dialect): Corpus.generations(dialect).compactMap(\.stream)
    }
  }

  private static func list(_ folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { folder.appendingPathComponent($0) }
  }

  /// Words the readers know: every short string literal of `Sources/Dialects`.
  ///
  /// A fuzzer that learns only from seeds never tries a member that no seed has.
  public static let words: [String] = {
    let folder = tests.deletingLastPathComponent().appendingPathComponent("Sources/Dialects").resolvingSymlinksInPath()
    var words: Set<String> = []
    for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
      guard path.hasSuffix(".swift"), let data = FileManager.default.contents(atPath: folder.path + "/" + path) else {
        continue
      }
      for match in String(decoding: data, as: UTF8.self).matches(of: #/"([A-Za-z][A-Za-z0-9_.\-]{1,39})"/#) {
        words.insert(String(match.1))
      }
    }
    return words.sorted()
  }()
}
