import Conversation
import Wire

extension OpenAIChat {
  /// A tool's schema in the shape OpenAI takes: an object at the root, no alternatives there, items on every array.
  ///
  /// A schema that needs no change is copied byte for byte, so that prompt caches hold.
  struct ToolSchema {
    let json: JSON
    /// Whether `strict` may be set: OpenAI then wants every object closed and every property required.
    var allowsStrict: Bool { Self.isClosed(json) }

    init(_ schema: JSON?, of tool: Tool, losses: inout Losses) {
      guard let schema, schema.isObject, !schema.members.isEmpty else {
        json = JSON { writer in
          writer.object { writer in
            writer.member("type", static: "object")
            writer.object("properties") { _ in }
          }
        }
        return
      }
      guard !Self.isFit(schema) else {
        json = schema
        return
      }
      for member in schema.members where Self.isAlternative(member) {
        losses.add(tool, .schema, below: member.key, "OpenAI takes no alternatives at the root of a tool's schema")
      }
      json = JSON { Self.writeRoot(schema, into: &$0) }
    }

    private static func isFit(_ schema: JSON) -> Bool {
      schema["type"]?.isString("object") == true && !schema.members.contains(where: isAlternative)
        && !lacksItems(schema, depth: 0)
    }

    private static func isAlternative(_ member: JSONMember) -> Bool {
      member.isNamed("anyOf") || member.isNamed("oneOf") || member.isNamed("allOf") || member.isNamed("not")
        || member.isNamed("enum")
    }

    private static func writeRoot(_ schema: JSON, into writer: inout JSONWriter) {
      writer.object { writer in
        writer.member("type", static: "object")
        for member in schema.members
        where !isAlternative(member) && !member.isNamed("type") && !member.isNamed("properties") {
          writer.key(named: member.key)
          if member.isNamed("$defs") || member.isNamed("definitions") {
            writeMap(member.value, into: &writer)
          } else {
            writer.value(member.value)
          }
        }
        writer.object("properties") { writer in
          var names: Set<String> = []
          for source in [schema] + branches(of: schema) {
            for member in (source["properties"] ?? .null).members where names.insert(member.key).inserted {
              writer.key(named: member.key)
              write(member.value, depth: 1, into: &writer)
            }
          }
        }
      }
    }

    /// The alternatives at the root, whose properties are offered together.
    private static func branches(of schema: JSON) -> [JSON] {
      [schema["anyOf"], schema["oneOf"], schema["allOf"]].flatMap { $0.map { Array($0.elements) } ?? [] }
    }

    private static func writeMap(_ map: JSON, into writer: inout JSONWriter) {
      guard map.isObject else { return writer.value(map) }
      writer.object { writer in
        for member in map.members {
          writer.key(named: member.key)
          write(member.value, depth: 1, into: &writer)
        }
      }
    }

    /// Copies a schema and gives arrays without items any.
    private static func write(_ schema: JSON, depth: Int, into writer: inout JSONWriter) {
      guard lacksItems(schema, depth: depth) else { return writer.value(schema) }
      writer.object { writer in
        for member in schema.members {
          writer.key(named: member.key)
          if member.isNamed("properties") {
            writeMap(member.value, into: &writer)
          } else if member.isNamed("items") {
            write(member.value, depth: depth + 1, into: &writer)
          } else {
            writer.value(member.value)
          }
        }
        if isBareArray(schema) { writer.object("items") { _ in } }
      }
    }

    private static func isBareArray(_ schema: JSON) -> Bool {
      schema["type"]?.isString("array") == true && schema["items"] == nil && schema["prefixItems"] == nil
    }

    private static func lacksItems(_ schema: JSON, depth: Int) -> Bool {
      guard schema.isObject, depth < 64 else { return false }
      if isBareArray(schema) { return true }
      if let items = schema["items"], lacksItems(items, depth: depth + 1) { return true }
      return (schema["properties"] ?? .null).members.contains { lacksItems($0.value, depth: depth + 1) }
    }

    /// Whether a schema is within what OpenAI's strict mode takes.
    static func isClosed(_ schema: JSON, depth: Int = 0) -> Bool {
      guard schema.isObject, depth < 32 else { return false }
      if depth == 0, schema["type"]?.isString("object") != true { return false }
      for member in schema.members
      where member.isNamed("allOf") || member.isNamed("oneOf") || member.isNamed("not") || member.isNamed("if")
        || member.isNamed("patternProperties") || member.isNamed("dependentRequired")
      {
        return false
      }
      if schema["type"]?.isString("object") == true || schema["properties"] != nil {
        guard schema["additionalProperties"]?.bool == false else { return false }
        let required = Set((schema["required"] ?? .null).elements.compactMap(\.string))
        for member in (schema["properties"] ?? .null).members {
          guard required.contains(member.key), isClosed(member.value, depth: depth + 1) else { return false }
        }
      }
      if let items = schema["items"], !isClosed(items, depth: depth + 1) { return false }
      for name: StaticString in ["$defs", "definitions"] {
        for member in (schema[name] ?? .null).members where !isClosed(member.value, depth: depth + 1) { return false }
      }
      for branch in (schema["anyOf"] ?? .null).elements where !isClosed(branch, depth: depth + 1) { return false }
      return true
    }
  }
}
