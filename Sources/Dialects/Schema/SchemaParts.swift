import Wire

/// The properties a root schema offers directly, through its `$ref` and through its alternatives, taken together.
///
/// What every way through the alternatives requires stays required. A property that the alternatives describe
/// differently may be any of theirs: the `action` of a tool for creating and deleting is not narrowed to the first.
struct SchemaParts {
  private var references: SchemaReferences
  private let root: JSON
  private var visited: Set<String> = []
  private var names: [String] = []
  private var demanded: [String: [JSON]] = [:]
  private var offered: [String: [JSON]] = [:]
  private var required: [String] = []
  /// What the root's reference says beside properties.
  private(set) var inherited: SchemaTree.Members = []

  init(root: JSON) {
    self.root = root
    references = SchemaReferences(root: root)
  }

  mutating func collect() {
    let wanted = collect(root, isAlternative: false, depth: 0)
    var seen: Set<String> = []
    // In the order the client said them, then as the properties come.
    let said = (root["required"] ?? .null).elements.compactMap(\.string)
    required = (said + names).filter { wanted.contains($0) && seen.insert($0).inserted }
    inherit()
  }

  private mutating func inherit() {
    var taken = Set(root.members.map(\.key))
    taken.formUnion(["type", "properties", "required", "$ref", "$defs", "definitions"])
    var followed: Set<String> = []
    var place = root
    while let reference = place["$ref"]?.string, followed.insert(reference).inserted,
      let target = references.target(of: reference)
    {
      for member in target.members where taken.insert(member.key).inserted {
        inherited.append((member.key, member.value))
      }
      place = target
    }
  }

  /// Gathers the properties; returns what is required on every way.
  private mutating func collect(_ schema: JSON, isAlternative: Bool, depth: Int) -> Set<String> {
    guard schema.isObject, depth < 16 else { return [] }
    var wanted = Set((schema["required"] ?? .null).elements.compactMap(\.string))
    for member in (schema["properties"] ?? .null).members {
      let key = member.key
      if demanded[key] == nil, offered[key] == nil { names.append(key) }
      if isAlternative {
        offered[key, default: []].append(member.value)
      } else {
        demanded[key, default: []].append(member.value)
      }
    }
    if let reference = schema["$ref"]?.string, visited.insert(reference).inserted,
      let target = references.target(of: reference)
    {
      wanted.formUnion(collect(target, isAlternative: isAlternative, depth: depth + 1))
    }
    for part in (schema["allOf"] ?? .null).elements {
      wanted.formUnion(collect(part, isAlternative: isAlternative, depth: depth + 1))
    }
    for keyword in ["anyOf", "oneOf"] {
      var common: Set<String>?
      for part in (schema[name: keyword] ?? .null).elements {
        let inner = collect(part, isAlternative: true, depth: depth + 1)
        common = common.map { $0.intersection(inner) } ?? inner
      }
      wanted.formUnion(common ?? [])
    }
    return wanted
  }

  func write(to writer: inout JSONWriter) {
    writer.object("properties") { writer in
      for name in names {
        writer.key(named: name)
        if let schemas = demanded[name] {
          Self.write(Self.distinct(schemas), joinedBy: "allOf", to: &writer)
        } else {
          let schemas = Self.distinct(offered[name] ?? [])
          // `false` in one alternative says that only the others have it.
          let possible = schemas.filter { $0.bool != false }
          if !Self.writeChoices(possible, to: &writer) {
            Self.write(possible.isEmpty ? schemas : possible, joinedBy: "anyOf", to: &writer)
          }
        }
      }
    }
    guard !required.isEmpty else { return }
    writer.array("required") { writer in
      for name in required { writer.string(name) }
    }
  }

  private static func distinct(_ schemas: [JSON]) -> [JSON] {
    guard schemas.count > 1 else { return schemas }
    var seen: Set<String> = []
    return schemas.filter { seen.insert($0.text).inserted }
  }

  private static func write(_ schemas: [JSON], joinedBy keyword: StaticString, to writer: inout JSONWriter) {
    if schemas.count == 1, let only = schemas.first { return writer.value(only) }
    writer.object { writer in
      writer.array(keyword) { writer in
        for schema in schemas { writer.value(schema) }
      }
    }
  }

  /// Alternatives that are but values of one type become one `enum`.
  private static func writeChoices(_ schemas: [JSON], to writer: inout JSONWriter) -> Bool {
    guard schemas.count > 1 else { return false }
    var values: [JSON] = []
    var types: Set<String> = []
    for schema in schemas {
      for member in schema.members {
        guard member.isNamed("const") || member.isNamed("enum") || member.isNamed("type") else { return false }
      }
      types.insert(schema["type"]?.text ?? "")
      if let value = schema["const"] {
        values.append(value)
      } else if let list = schema["enum"], list.isArray {
        values += list.elements
      } else {
        return false
      }
    }
    guard types.count == 1 else { return false }
    let type = schemas.first?["type"]
    writer.object { writer in
      if let type { writer.member("type", type) }
      writer.array("enum") { writer in
        for value in distinct(values) { writer.value(value) }
      }
    }
    return true
  }
}
