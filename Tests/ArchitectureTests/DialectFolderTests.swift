import Foundation
import Testing

/// Four spokes that do not know each other.
@Suite struct DialectFolderTests {
  /// Files of each folder with a protocol in it, by the folder's name, which is the implementation's.
  static let folders: [String: [SourceTree.File]] = {
    var folders: [String: [SourceTree.File]] = [:]
    for file in SourceTree.files where file.target == "Dialects" {
      let parts = file.path.split(separator: "/")
      if parts.count > 2 { folders[String(parts[1]), default: []].append(file) }
    }
    return folders.filter { name, files in
      files.contains { $0.conforms(name, to: "Dialect") }
    }
  }()

  @Test func everyProtocolIsThere() {
    #expect(Set(Self.folders.keys) == ["AnthropicMessages", "Gemini", "OpenAIChat", "OpenAIResponses"])
  }

  @Test func aReaderFindsTheSameFilesInEveryFolder() {
    for (name, files) in Self.folders {
      let names = Set(files.map(\.name))
      for suffix in ["", "+Request", "+Response", "+Parts", "+Tools", "+Failure"] {
        #expect(names.contains(name + suffix), "\(name)\(suffix).swift")
      }
      for role in ["EventReader", "EventWriter"] {
        #expect(files.contains { $0.conforms(nil, to: role) }, "\(name) has no \(role)")
      }
    }
  }

  @Test func noProtocolKnowsAnother() {
    let declaration =
      /^(?:public |package |internal |final |indirect )*(?:struct|class|enum|actor|protocol|typealias) (\w+)/
      .anchorsMatchLineEndings()
    for (owner, files) in Self.folders {
      let types = files.flatMap { $0.code.matches(of: declaration).map { String($0.1) } }
      #expect(types.contains(owner))
      for (other, otherFiles) in Self.folders where other != owner {
        // A type of the same name inside the other folder is its own.
        let own = otherFiles.reduce(into: Set<String>()) { $0.formUnion($1.declaredTypes) }
        for type in types where !own.contains(type) {
          for file in otherFiles where file.words.contains(type) {
            Issue.record("\(file.path) names \(owner)'s \(type)")
          }
        }
      }
    }
  }

  @Test func everyProtocolIsInTheCatalog() throws {
    guard let catalog = SourceTree.files.first(where: { $0.path == "Dialects/DialectCatalog.swift" }) else { return }
    let list = try #require(catalog.code.firstMatch(of: /static let all[^=]*=\s*\[([^\]]*)\]/)).1
    let listed = list.matches(of: /(\w+)\(\)/).map { String($0.1) }
    #expect(listed.sorted() == Self.folders.keys.sorted())
  }
}

extension SourceTree.File {
  /// Whether a type here, that one or any, names the protocol first in its list.
  fileprivate func conforms(_ type: String?, to role: String) -> Bool {
    code.matches(of: /(\w+)\s*:\s*(\w+)/).contains { match in
      match.2 == role && (type.map { match.1 == $0 } ?? declaredTypes.contains(String(match.1)))
    }
  }
}
