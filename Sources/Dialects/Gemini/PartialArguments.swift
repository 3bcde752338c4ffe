import Wire

/// A call's arguments that arrive as values with their places: `$.location`, `$.items[0].name`.
///
/// Format: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
struct PartialArguments: Sendable {
  private indirect enum Node: Sendable {
    case object([(key: String, value: Node)])
    case array([Node])
    case text(String)
    case json(JSON)
    case empty
  }

  private enum Step {
    case key(String)
    case index(Int)
  }

  /// Arguments that came at once.
  var whole: JSON?
  private var root = Node.empty
  private var size = 0
  private static let limit = 16 * 1024 * 1024

  var isTooLarge: Bool { size > Self.limit }

  /// Adds one `PartialArg`: text goes on where text of that place stands already.
  mutating func add(_ piece: JSON) {
    guard let path = piece[member: .jsonPath]?.string, let steps = Self.steps(path) else { return }
    size += piece.byteCount
    for step in steps {
      // Empty places before an index take memory too.
      if case .index(let index) = step { size += 4 * index }
    }
    guard !isTooLarge else { return }
    let value: Node
    if let text = piece[member: .stringValue]?.string {
      value = .text(text)
    } else if let plain = piece[member: .numberValue] ?? piece[member: .boolValue] {
      value = .json(plain)
    } else {
      value = .json(.null)
    }
    root = Self.set(value, at: steps[...], in: root)
  }

  /// The arguments as JSON text.
  var text: String {
    var writer = JSONWriter()
    if let whole, case .empty = root {
      writer.value(whole)
    } else if case .empty = root {
      return "{}"
    } else {
      Self.write(root, to: &writer)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private static func set(_ value: Node, at steps: ArraySlice<Step>, in node: Node) -> Node {
    guard let step = steps.first else {
      if case .text(let old) = node, case .text(let new) = value { return .text(old + new) }
      return value
    }
    switch step {
    case .key(let key):
      var members: [(key: String, value: Node)] = []
      if case .object(let old) = node { members = old }
      if let position = members.firstIndex(where: { $0.key == key }) {
        members[position].value = set(value, at: steps.dropFirst(), in: members[position].value)
      } else {
        members.append((key, set(value, at: steps.dropFirst(), in: .empty)))
      }
      return .object(members)
    case .index(let index):
      var elements: [Node] = []
      if case .array(let old) = node { elements = old }
      while elements.count <= index { elements.append(.empty) }
      elements[index] = set(value, at: steps.dropFirst(), in: elements[index])
      return .array(elements)
    }
  }

  /// The steps of a JSON path of names and indices; nil for anything else.
  private static func steps(_ path: String) -> [Step]? {
    var rest = path[...]
    guard rest.popFirst() == "$" else { return nil }
    var steps: [Step] = []
    while let first = rest.popFirst() {
      guard steps.count < 32 else { return nil }
      if first == "." {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(name.count)
        steps.append(.key(String(name)))
      } else if first == "[" {
        if let quote = rest.first, quote == "'" || quote == "\"" {
          rest = rest.dropFirst()
          let name = rest.prefix { $0 != quote }
          rest = rest.dropFirst(name.count + 1)
          steps.append(.key(String(name)))
        } else {
          let digits = rest.prefix { $0 != "]" }
          guard let index = Int(digits), (0..<4096).contains(index) else { return nil }
          rest = rest.dropFirst(digits.count)
          steps.append(.index(index))
        }
        guard rest.popFirst() == "]" else { return nil }
      } else {
        return nil
      }
    }
    return steps
  }

  private static func write(_ node: Node, to writer: inout JSONWriter) {
    switch node {
    case .empty: writer.null()
    case .text(let text): writer.string(text)
    case .json(let value): writer.value(value)
    case .array(let elements):
      writer.array { writer in
        for element in elements { write(element, to: &writer) }
      }
    case .object(let members):
      writer.object { writer in
        for member in members {
          writer.key(named: member.key)
          write(member.value, to: &writer)
        }
      }
    }
  }
}
