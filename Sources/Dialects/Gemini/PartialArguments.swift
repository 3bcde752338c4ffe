import Wire

/// A call's arguments that arrive as values with their places: `$.location`, `$.items[0].name`.
///
/// Format: https://docs.cloud.google.com/vertex-ai/generative-ai/docs/multimodal/function-calling
struct PartialArguments: Sendable {
  /// A value; what is inside it stands at its own place in `nodes`.
  private enum Node: Sendable {
    case empty
    case text(String)
    case json(JSON)
    case object(Members)
    /// Places of the elements; 0 for those nobody has told.
    case array([Int])
  }

  /// The members of an object in the order they came.
  private struct Members: Sendable {
    var keys: [String] = []
    var places: [String: Int] = [:]
  }

  private enum Step {
    case key(String)
    case index(Int)
  }

  /// Arguments that came at once.
  var whole: JSON?
  /// The whole is the first.
  private var nodes = [Node.empty]
  private var size = 0
  private static let limit = 16 * 1024 * 1024

  var isTooLarge: Bool { size > Self.limit }

  /// Adds one `PartialArg`: text goes on where text of that place stands already.
  mutating func add(_ piece: JSON) {
    guard let path = piece[member: .jsonPath]?.string, let steps = Self.steps(path) else { return }
    size += piece.byteCount
    for step in steps {
      // Empty places before an index take memory too.
      if case .index(let index) = step { size += 8 * index }
    }
    guard !isTooLarge else { return }
    var place = 0
    for step in steps { place = child(of: place, at: step) }
    if let text = piece[member: .stringValue]?.string {
      append(text, at: place)
    } else {
      nodes[place] = .json(piece[member: .numberValue] ?? piece[member: .boolValue] ?? .null)
    }
  }

  /// The arguments as JSON text.
  var text: String {
    var writer = JSONWriter()
    if case .empty = nodes.first ?? .empty {
      guard let whole else { return "{}" }
      writer.value(whole)
    } else {
      write(0, to: &writer)
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private mutating func append(_ piece: String, at place: Int) {
    let node = take(place)
    if case .text(var text) = consume node {
      text += piece
      nodes[place] = .text(text)
    } else {
      nodes[place] = .text(piece)
    }
  }

  /// The place of what stands inside the value at `place`, which becomes an object or an array if it is none.
  private mutating func child(of place: Int, at step: Step) -> Int {
    let node = take(place)
    switch step {
    case .key(let key):
      var members = Members()
      if case .object(let old) = consume node { members = old }
      let child = members.places[key] ?? makeNode()
      if members.places.updateValue(child, forKey: key) == nil { members.keys.append(key) }
      nodes[place] = .object(members)
      return child
    case .index(let index):
      var elements: [Int] = []
      if case .array(let old) = consume node { elements = old }
      while elements.count <= index { elements.append(0) }
      if elements[index] == 0 { elements[index] = makeNode() }
      let child = elements[index]
      nodes[place] = .array(elements)
      return child
    }
  }

  /// Takes a value out while it grows, so that it grows in place.
  private mutating func take(_ place: Int) -> Node {
    var node = Node.empty
    swap(&node, &nodes[place])
    return node
  }

  private mutating func makeNode() -> Int {
    nodes.append(.empty)
    return nodes.count - 1
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

  private func write(_ place: Int, to writer: inout JSONWriter) {
    switch nodes[place] {
    case .empty: writer.null()
    case .text(let text): writer.string(text)
    case .json(let value): writer.value(value)
    case .array(let places):
      writer.array { writer in
        for place in places {
          if place == 0 { writer.null() } else { write(place, to: &writer) }
        }
      }
    case .object(let members):
      writer.object { writer in
        for key in members.keys {
          guard let place = members.places[key] else { continue }
          writer.key(named: key)
          write(place, to: &writer)
        }
      }
    }
  }
}
