import Conversation
import Foundation
import Wire

/// Recorded wire traffic outside the repository, in the folder that `AOR_CORPUS` names.
///
/// Never looked for elsewhere: the laws over it keep every core busy for minutes, which tests over sockets do not like.
public enum Corpus {
  /// The corpus' folder, nil where there is none.
  public static let folder: URL? = {
    guard let path = ProcessInfo.processInfo.environment["AOR_CORPUS"], !path.isEmpty else { return nil }
    let folder = URL(fileURLWithPath: path)
    return FileManager.default.fileExists(atPath: folder.appendingPathComponent("SOURCES.md").path) ? folder : nil
  }()

  /// Every case, in order of its id.
  public static let cases: [CorpusCase] = {
    guard let folder else { return [] }
    let protocols = ["openai-chat", "openai-responses", "anthropic", "gemini", "openai-compat"]
    return protocols.flatMap { name -> [CorpusCase] in
      let base = folder.appendingPathComponent(name)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
      return names.sorted().compactMap { CorpusCase(folder: base.appendingPathComponent($0), protocolName: name) }
    }
  }()

  /// The cases of one dialect's own wire format, vendors' variants of it included, that are ordinary generations.
  public static func generations(_ dialect: DialectID) -> [CorpusCase] {
    cases.filter { $0.dialect == dialect && $0.endpoint == "generate" }
  }
}

/// One recorded exchange.
public struct CorpusCase: Sendable, CustomStringConvertible {
  /// The id, unique in the corpus, as in `anthropic/ant-py-basic-response`.
  public let id: String
  /// The corpus folder the case is in; `openai-compat` holds vendors' variants of the OpenAI protocols.
  public let protocolName: String
  /// The wire protocol.
  public let dialect: DialectID
  /// What was called: `generate` or another operation, as in `count-tokens`.
  public let endpoint: String
  /// The model of the exchange; empty where it was not recorded.
  public let model: String
  /// Whether the answer was a stream.
  public let isStream: Bool
  /// The upstream's status; nil where it was not recorded.
  public let httpStatus: Int?
  /// What the bodies hold, as in `tool-call`; `SOURCES.md` in the corpus explains the words.
  public let features: Set<String>
  /// The folder with `meta.json` and the bodies.
  public let folder: URL

  init?(folder: URL, protocolName: String) {
    guard let meta = try? JSON(parsing: Array(Data(contentsOf: folder.appendingPathComponent("meta.json")))),
      let wire = meta["wire"]?.string, let dialect = DialectID(rawValue: wire)
    else { return nil }
    id = meta["id"]?.string ?? folder.lastPathComponent
    self.protocolName = protocolName
    self.dialect = dialect
    endpoint = meta["endpoint"]?.string ?? "generate"
    model = meta["model"]?.string ?? ""
    isStream = meta["stream"]?.bool ?? false
    httpStatus = meta["http_status"]?.int
    features = Set(meta["features"]?.elements.compactMap(\.string) ?? [])
    self.folder = folder
  }

  /// The id, for test names.
  public var description: String { id }

  /// Reads a file of the case; nil where there is none.
  public func bytes(_ name: String) -> [UInt8]? {
    (try? Data(contentsOf: folder.appendingPathComponent(name))).map { Array($0) }
  }

  /// The request's body; nil where the source stored answers only.
  public var request: [UInt8]? { bytes("request.json") }
  /// The whole answer's body.
  public var response: [UInt8]? { bytes("response.json") }
  /// The streamed answer, framing included.
  public var stream: [UInt8]? { bytes("stream.sse") }
}
