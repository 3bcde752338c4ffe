import Foundation

/// Our own small cases in `Tests/Fixtures/Dialects/openai-chat`.
enum OpenAIChatFixtures {
  /// One file of one case.
  struct File: Sendable, CustomStringConvertible {
    let name: String
    let bytes: [UInt8]
    var description: String { name }
  }

  static let requests = files("request.json")
  static let responses = files("response.json")
  static let streams = files("stream.sse")

  private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures/Dialects/openai-chat").standardized

  static func stream(_ name: String) -> [UInt8] { streams.first { $0.name == name }?.bytes ?? [] }

  private static func files(_ file: String) -> [File] {
    let cases = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return cases.sorted().compactMap { name in
      (try? Data(contentsOf: folder.appendingPathComponent(name).appendingPathComponent(file)))
        .map { File(name: name, bytes: Array($0)) }
    }
  }
}
