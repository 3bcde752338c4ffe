import Wire

/// Finds what a `$ref` inside a schema points to.
///
/// Pointers, anchors and ids inside the schema; what stands elsewhere is never fetched.
/// Format: https://www.rfc-editor.org/rfc/rfc6901
struct SchemaReferences {
  private let root: JSON
  /// What was found; nil inside for what points nowhere.
  private var found: [String: JSON?] = [:]
  /// The definitions by pointer, anchor and id, so that many references to many definitions stay cheap.
  private var definitions: [String: JSON]?
  /// The members of large objects that pointers lead through, by the steps that lead to them.
  private var members: [[String]: [String: JSON]] = [:]
  /// How many members of an object are looked through one by one.
  private static let searchLimit = 32

  init(root: JSON) { self.root = root }

  /// The schema a reference means; nil where it points nowhere or outside.
  mutating func target(of reference: String) -> JSON? {
    if let known = found[reference] { return known }
    let target = definition(reference) ?? walk(reference)
    found[reference] = .some(target)
    return target
  }

  private mutating func definition(_ reference: String) -> JSON? {
    if let definitions { return definitions[reference] }
    var index: [String: JSON] = [:]
    for name in ["$defs", "definitions"] {
      for member in root[name: name]?.members ?? JSON.null.members {
        let key = member.key
        if !key.contains(where: { "/~%".contains($0) }) { index["#/\(name)/\(key)"] = member.value }
        if let anchor = member.value["$anchor"]?.string { index["#" + anchor] = member.value }
        if let id = member.value["$id"]?.string, index[id] == nil { index[id] = member.value }
      }
    }
    definitions = index
    return index[reference]
  }

  private mutating func walk(_ reference: String) -> JSON? {
    guard reference.hasPrefix("#") else { return nil }
    let pointer = Self.unescaped(reference.dropFirst())
    guard pointer.isEmpty || pointer.hasPrefix("/") else { return nil }
    var place = root
    var steps: [String] = []
    for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let key = step.split(separator: "~", omittingEmptySubsequences: false)
      // ~1 is a slash, ~0 a tilde.
      let text = key.dropFirst().reduce(String(key.first ?? "")) { text, piece in
        text + (piece.hasPrefix("1") ? "/" : "~") + piece.dropFirst()
      }
      if place.isArray {
        guard let index = Int(text), index >= 0, let next = place.elements.dropFirst(index).first(where: { _ in true })
        else { return nil }
        place = next
      } else {
        guard let next = member(text, of: place, at: steps) else { return nil }
        place = next
      }
      steps.append(text)
    }
    return place.isObject || place.bool != nil ? place : nil
  }

  /// The member of an object that `steps` lead to; many pointers lead through the same few.
  private mutating func member(_ name: String, of object: JSON, at steps: [String]) -> JSON? {
    if let known = members[steps] { return known[name] }
    guard object.members.dropFirst(Self.searchLimit).contains(where: { _ in true }) else { return object[name: name] }
    let known = Dictionary(object.members.map { ($0.key, $0.value) }) { _, last in last }
    members[steps] = known
    return known[name]
  }

  /// A URI fragment without its percent signs.
  private static func unescaped(_ fragment: Substring) -> String {
    guard fragment.utf8.contains(UInt8(ascii: "%")) else { return String(fragment) }
    var bytes: [UInt8] = []
    var rest = fragment.utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(String(Substring(digits)), radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
