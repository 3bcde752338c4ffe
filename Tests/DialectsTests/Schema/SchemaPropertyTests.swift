import Conversation
import Testing
import Wire

/// What holds for every schema, whatever is in it.
@Suite struct SchemaPropertyTests {
  typealias Target = SchemaCrossing.Target
  static let seeds = Array(stride(from: UInt64(0), to: 400, by: 40))

  private static func schemas(from seed: UInt64) -> [String] {
    (seed..<seed + 40).map { seed in
      var generator = SchemaGenerator(seed: seed)
      return generator.root()
    }
  }

  /// What is wrong with a schema for Gemini's `parameters`, by Google's own messages.
  private static func faults(_ schema: JSON, _ path: String = "parameters") -> [String] {
    let known: Set<String> = [
      "type", "title", "description", "format", "nullable", "enum", "properties", "required", "items", "anyOf",
      "minimum", "maximum", "minItems", "maxItems",
    ]
    let types: Set<String> = ["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT"]
    var faults: [String] = []
    func expect(_ isRight: Bool, _ fault: String) { if !isRight { faults.append("\(path): \(fault)") } }
    guard schema.isObject else { return ["\(path): no object"] }
    let keys = schema.members.map(\.key)
    expect(Set(keys).count == keys.count, "a member twice")
    for key in keys { expect(known.contains(key), "unknown name \(key)") }
    let type = schema["type"]?.string
    let isUnion = schema["anyOf"] != nil
    expect(type.map(types.contains) ?? isUnion, "one of type or any_of must be specified")
    expect(!isUnion || Set(keys).isSubset(of: ["anyOf", "title", "description", "nullable"]), "anyOf beside others")
    expect(!isUnion || (schema["anyOf"]?.elements.count ?? 0) > 1, "one alternative")
    if let values = schema["enum"] {
      let texts = values.elements.compactMap(\.string)
      expect(type == "STRING" && texts.count == values.elements.count, "enum: only allowed for STRING type")
      expect(!texts.isEmpty && !texts.contains("") && Set(texts).count == texts.count, "enum: cannot be empty")
    }
    if let format = schema["format"]?.string {
      let allowed = ["STRING": ["date-time", "enum"], "INTEGER": ["int32", "int64"], "NUMBER": ["float", "double"]]
      expect(allowed[type ?? ""]?.contains(format) == true, "format \(format)")
    }
    expect((type == "ARRAY") == (schema["items"] != nil), "items: missing field")
    expect(schema["properties"]?.members.isEmpty != true, "properties: should be non-empty for OBJECT type")
    expect(type == "OBJECT" || schema["properties"] == nil, "properties of \(type ?? "")")
    let names = Set((schema["properties"] ?? .null).members.map(\.key))
    for name in (schema["required"] ?? .null).elements {
      expect(names.contains(name.string ?? ""), "required: property is not defined")
    }
    for key in ["minimum", "maximum"] where schema[name: key] != nil {
      expect(schema[name: key]?.number != nil && (type == "INTEGER" || type == "NUMBER"), key)
    }
    for key in ["minItems", "maxItems"] where schema[name: key] != nil {
      expect(schema[name: key]?.int != nil && type == "ARRAY", key)
    }
    for member in (schema["properties"] ?? .null).members {
      faults += Self.faults(member.value, "\(path).\(member.key)")
    }
    if let items = schema["items"] { faults += Self.faults(items, path + ".items") }
    for choice in (schema["anyOf"] ?? .null).elements { faults += Self.faults(choice, path + ".anyOf") }
    return faults
  }

  @Test(arguments: seeds)
  func everySchemaFitsTheOpenAPISubset(seed: UInt64) {
    for schema in Self.schemas(from: seed) {
      let sent = SchemaCrossing.tool(schema, to: .geminiOpenAPI)
      guard let cut = sent.schema else {
        Issue.record("nothing is left of \(schema)")
        continue
      }
      #expect(cut["type"]?.string == "OBJECT", "\(schema)")
      let faults = Self.faults(cut)
      #expect(faults.isEmpty, "\(schema)")
      #expect(cut.byteCount < 200_000)
      let again = SchemaCrossing.tool(schema, to: .geminiOpenAPI)
      #expect(again.schema?.text == cut.text)
    }
  }

  /// The keywords of the constraints that hold somewhere in a schema, through its references.
  private static func keywords(_ schema: JSON, _ root: JSON, _ active: Set<String> = []) -> Set<String> {
    var found: Set<String> = []
    for member in schema.members {
      let key = member.key
      let value = member.value
      switch key {
      case "$ref":
        guard let name = value.string?.split(separator: "/").last.map(String.init), !active.contains(name) else {
          continue
        }
        guard let target = root["$defs"]?[name: name] else {
          found.insert("$ref")
          continue
        }
        found.formUnion(keywords(target, root, active.union([name])))
      case "properties": for inner in value.members { found.formUnion(keywords(inner.value, root, active)) }
      case "items", "anyOf", "oneOf", "allOf", "prefixItems":
        for inner in value.isArray ? Array(value.elements) : [value] { found.formUnion(keywords(inner, root, active)) }
      case "type", "description", "nullable", "$defs", "then": continue
      case "const": if !value.isNull { found.insert("enum") }
      case "required": found.insert("required")
      default: found.insert(key)
      }
    }
    return found
  }

  /// A constraint is kept, is said in words, or is declared.
  @Test(arguments: seeds)
  func nothingIsGoneInSilence(seed: UInt64) {
    for text in Self.schemas(from: seed) {
      let schema = SchemaCrossing.json(text)
      let sent = SchemaCrossing.tool(text, to: .geminiOpenAPI)
      let told = Set(sent.paths.compactMap { $0.hasPrefix("tools.parameters.") ? String($0.dropFirst(17)) : nil })
      // What stands where a whole schema went is gone with it.
      let gone = told.intersection(["properties", "items", "anyOf", "oneOf", "allOf"])
      for keyword in Self.keywords(schema, schema) where !told.contains(keyword) {
        let kept = keyword == "exclusiveMaximum" ? "maximum" : keyword
        #expect(sent.schema?.text.contains("\"\(kept)\"") == true || !gone.isEmpty, "\(keyword) of \(text)")
      }
      let enforced = SchemaCrossing.answer(text, to: .anthropic)
      let declared = enforced.losses.map(\.path).joined(separator: "\n") + (enforced.schema?.text ?? text)
      for keyword in Self.keywords(schema, schema) where keyword != "enum" {
        #expect(declared.contains(keyword), "\(keyword) of \(text)")
      }
    }
  }

  /// Every schema within another.
  private static func walk(_ schema: JSON, _ visit: (JSON) -> Void) {
    guard schema.isObject else { return }
    visit(schema)
    for member in schema.members {
      switch member.key {
      case "properties", "$defs", "patternProperties", "dependentSchemas":
        for inner in member.value.members { walk(inner.value, visit) }
      case "anyOf", "oneOf", "allOf", "prefixItems": for inner in member.value.elements { walk(inner, visit) }
      case "items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames":
        walk(member.value, visit)
      default: continue
      }
    }
  }

  @Test(arguments: seeds)
  func everySchemaFitsTheOthers(seed: UInt64) {
    for schema in Self.schemas(from: seed) {
      for target in [Target.chat, .responses, .anthropic] {
        let sent = SchemaCrossing.tool(schema, to: target).schema ?? .null
        #expect(sent["type"]?.string == "object")
        for key in ["anyOf", "oneOf", "allOf", "$ref"] { #expect(sent[name: key] == nil, "\(schema)") }
        Self.walk(sent) { node in
          #expect(node["items"]?.isArray != true && node["exclusiveMaximum"]?.bool == nil, "\(schema)")
          let isArray =
            node["type"]?.string == "array" || node["type"]?.elements.contains { $0.string == "array" } == true
          if isArray, target != .anthropic { #expect(node["items"] != nil, "\(schema)") }
        }
      }
      let answer = SchemaCrossing.answer(schema, to: .anthropic).schema ?? .null
      Self.walk(answer) { node in
        for key in ["minimum", "minLength", "pattern", "oneOf", "not", "if", "prefixItems", "uniqueItems", "nullable"] {
          #expect(node[name: key] == nil, "\(schema)")
        }
        let keys = node.members.map(\.key)
        #expect(Set(keys).count == keys.count, "\(schema)")
        if node["type"]?.string == "object" { #expect(node["additionalProperties"]?.bool == false, "\(schema)") }
      }
      for target in [Target.chat, .responses] {
        let sent = SchemaCrossing.answer(schema, to: target)
        #expect(sent.schema?.isObject == true)
        #expect(sent.strict != true || sent.schema?.text.contains("$ref\":\"#/$defs/d3") != true)
      }
    }
  }
}
