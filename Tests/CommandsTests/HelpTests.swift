import ArgumentParser
import Console
import Foundation
import Testing

@testable import Commands

struct HelpTests {
  static let pages = [HelpPage(of: Aor.self, path: ["aor"])] + GeneratedFile.pages()

  @Test(arguments: pages.indices)
  func `every command says what it does and shows how`(index: Int) {
    let page = Self.pages[index]
    let name = page.path.joined(separator: " ")
    #expect(!page.description.abstract.isEmpty, "\(name)")
    #expect(!page.description.abstract.hasSuffix("."), "\(name)")
    let isOwnExample = ["aor version", "aor status"].contains(name)
    #expect(isOwnExample || !HelpText.split(page.description.discussion).examples.isEmpty, "\(name) has no example")
    for argument in page.description.arguments where argument.shouldDisplay {
      #expect(argument.abstract?.isEmpty == false, "\(name): \(argument.spelling) is not explained")
    }
  }

  @Test(arguments: pages.indices)
  func `every example can be typed`(index: Int) throws {
    let examples = HelpText.split(Self.pages[index].description.discussion).examples
    for line in examples.split(separator: "\n") where line.hasPrefix("  $ aor ") {
      let words = Self.words(String(line.dropFirst(8)))
      do {
        let invocation = try CommandTree.resolve(words)
        guard !invocation.wantsHelp else { continue }
        try CommandTree.command(invocation, words: words).check()
      } catch {
        Issue.record("`\(line.dropFirst(4))` is refused: \(Aor.message(for: error))")
      }
    }
  }

  @Test(arguments: pages.indices, [40, 80, 200])
  func `prose fits the terminal`(index: Int, columns: Int) {
    let page = Self.pages[index]
    let (_, examples) = HelpText.split(page.description.discussion)
    for line in page.text(columns: columns, style: .init(isColored: false)).split(separator: "\n") {
      // Examples are copied as they are, terms are names, and one word cannot be broken.
      if examples.contains(line) || line.contains("<") || line.split(separator: " ").count <= 1 { continue }
      #expect(line.count <= max(columns, 72), "\(page.path): \(line)")
    }
  }

  @Test func `the JSON fields that help lists are those a command has`() {
    let withJSON = Self.pages.filter { page in
      page.description.arguments.contains { $0.names?.contains { $0.name == "json" } == true }
    }
    #expect(withJSON.count > 10)
    for page in withJSON {
      #expect((page.type as? any AorCommand.Type)?.jsonFields.isEmpty == false, "\(page.path) lists no fields")
    }
  }

  /// Splits as a shell does, without redirections.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    var isOpen = false
    for character in line {
      if character == "'" {
        isQuoted.toggle()
        isOpen = true
      } else if character == " ", !isQuoted {
        if isOpen || !word.isEmpty { words.append(word) }
        (word, isOpen) = ("", false)
      } else {
        word.append(character)
      }
    }
    if isOpen || !word.isEmpty { words.append(word) }
    return Array(words.prefix { !["<", ">", "|"].contains($0) })
  }
}
