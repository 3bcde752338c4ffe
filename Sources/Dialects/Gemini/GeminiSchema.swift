import Conversation
import Wire

/// JSON Schema and the OpenAPI subset that Gemini's `parameters` and `responseSchema` are, in both directions.
///
/// Format: https://ai.google.dev/api/caching#Schema
enum GeminiSchema {
  /// The schema a tool of free text gets.
  static let freeText = JSON { writer in
    writer.object { writer in
      writer.member("type", static: "object")
      writer.object("properties") { $0.object("input") { $0.member("type", static: "string") } }
      writer.array("required") { $0.string(static: "input") }
    }
  }

  /// A tool's schema for `parametersJsonSchema`: an object at the root, references alone.
  static func toolSchema(_ schema: JSON) -> JSON { isolated(withObjectRoot(schema)) }

  /// The schema with `type: object` at its root; everything else stays as it is.
  private static func withObjectRoot(_ schema: JSON) -> JSON {
    if schema["type"]?.isString("object") == true { return schema }
    let isUnion = schema["anyOf"] != nil || schema["oneOf"] != nil || schema["allOf"] != nil || schema["$ref"] != nil
    if isUnion, schema["type"] == nil { return schema }
    return JSON { writer in
      writer.object { writer in
        writer.member("type", static: "object")
        if schema["properties"] == nil, !isUnion { writer.object("properties") { _ in } }
        for member in schema.members where !member.isNamed("type") {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
  }

  /// The schema with each `$ref` that has siblings inside an `anyOf`, for Gemini takes nothing beside a `$ref` but what
  /// begins with `$`.
  ///
  /// See `responseJsonSchema` at https://ai.google.dev/api/generate-content#v1beta.GenerationConfig
  static func isolated(_ schema: JSON) -> JSON {
    SchemaTree.edited(schema) { node, keyword, _ in
      keyword == .ref && node.members.contains { !$0.key.hasPrefix("$") }
    } _: { node in
      let alone = JSON { $0.object { $0.member("$ref", node["$ref"] ?? .null) } }
      let rest = node.members.filter { !$0.isNamed("$ref") }.map { ($0.key, $0.value) }
      let isTaken = node["anyOf"] != nil
      // Where `anyOf` is taken a part of `allOf` says the same.
      let key = isTaken ? "allOf" : "anyOf"
      let others = isTaken ? Array((node["allOf"] ?? .null).elements) : []
      let list = JSON { writer in
        writer.array { writer in
          writer.value(alone)
          for other in others { writer.value(other) }
        }
      }
      return [(key, list)] + rest.filter { $0.0 != key }
    }
  }

  // MARK: - From the subset

  /// The JSON Schema that an OpenAPI-subset schema means, for protocols that take nothing else.
  static func jsonSchema(fromOpenAPI schema: JSON) -> JSON {
    isJSONSchema(schema, depth: 0) ? schema : JSON { writeJSONSchema(schema, to: &$0, depth: 0) }
  }

  private static func writeJSONSchema(_ schema: JSON, to writer: inout JSONWriter, depth: Int) {
    guard schema.isObject, depth < SchemaTree.depthLimit else { return writer.value(schema) }
    let isNullable = schema["nullable"]?.bool == true
    let type = schema["type"]?.string?.lowercased()
    let hasType = type != nil && type != "type_unspecified"
    let alternatives = schema["anyOf"] ?? schema["any_of"]
    writer.object { writer in
      for member in schema.members {
        let value = member.value
        let key = member.key
        switch key {
        case "nullable", "propertyOrdering", "property_ordering": continue
        case "type":
          guard value.isString else {
            writer.member("type", value)
            continue
          }
          guard hasType, let type else { continue }
          if isNullable {
            writer.array("type") { writer in
              writer.string(type)
              writer.string(static: "null")
            }
          } else {
            writer.member("type", type)
          }
        case "properties", "defs", "$defs":
          writer.key(named: key == "defs" ? "$defs" : key)
          writeMap(value, to: &writer, depth: depth)
        case "items", "additionalProperties", "additional_properties":
          writer.key(named: key == "additional_properties" ? "additionalProperties" : key)
          writeJSONSchema(value, to: &writer, depth: depth + 1)
        case "anyOf", "any_of":
          writer.array("anyOf") { writer in
            for choice in value.elements { writeJSONSchema(choice, to: &writer, depth: depth + 1) }
            if isNullable, !hasType { writer.object { $0.member("type", static: "null") } }
          }
        case "allOf", "oneOf", "prefixItems":
          writer.key(named: key)
          guard value.isArray else {
            writer.value(value)
            continue
          }
          writer.array { writer in
            for choice in value.elements { writeJSONSchema(choice, to: &writer, depth: depth + 1) }
          }
        case "ref":
          // Vertex AI names definitions without the dollar.
          let reference = value.string.map { $0.hasPrefix("#/defs/") ? "#/$defs/" + $0.dropFirst(7) : $0 }
          if let reference { writer.member("$ref", reference) } else { writer.member("ref", value) }
        case "example":
          writer.array("examples") { $0.value(value) }
        case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
          writer.key(named: key)
          // int64 travels as text in Google's JSON.
          if let number = value.string.flatMap({ Int($0) }) { writer.int(number) } else { writer.value(value) }
        case "min_items", "max_items", "min_length", "max_length", "min_properties", "max_properties":
          let pieces = key.split(separator: "_")
          writer.key(named: pieces[0] + pieces[1].prefix(1).uppercased() + pieces[1].dropFirst())
          if let number = value.string.flatMap({ Int($0) }) { writer.int(number) } else { writer.value(value) }
        case "enum" where value.isArray:
          writer.array("enum") { writer in
            for choice in value.elements { writeChoice(choice, of: type, to: &writer) }
            let says = isNullable && !value.elements.contains(where: \.isNull) && alternatives == nil
            if says { writer.null() }
          }
        case "format" where value.isString("enum"): continue
        default:
          writer.key(named: key)
          writer.value(value)
        }
      }
    }
  }

  private static func writeMap(_ map: JSON, to writer: inout JSONWriter, depth: Int) {
    guard map.isObject else { return writer.value(map) }
    writer.object { writer in
      for member in map.members {
        writer.key(named: member.key)
        writeJSONSchema(member.value, to: &writer, depth: depth + 1)
      }
    }
  }

  /// Gemini's enumerations are texts, also those of numbers.
  private static func writeChoice(_ choice: JSON, of type: String?, to writer: inout JSONWriter) {
    let isNumeric = type == "integer" || type == "number"
    if isNumeric, let text = choice.string, let number = try? JSON(parsing: text), number.number != nil {
      return writer.value(number)
    }
    writer.value(choice)
  }

  // MARK: - To the subset

  /// A tool's schema cut to the subset, with an object at its root as Gemini demands there.
  static func openAPI(
    tool schema: JSON, at place: LossPlace, budget: inout GeminiSchemaCutter.Budget, _ losses: inout Losses
  ) -> JSON? {
    let shaped = ToolSchema(schema, for: .openAI)
    for keyword in shaped.dropped {
      losses.add(place.inside(keyword), "Gemini wants an object at the root; its properties were merged")
    }
    return openAPI(shaped.json, at: place, budget: &budget, &losses)
  }

  /// The schema cut to the subset.
  ///
  /// What it cannot say becomes part of a description where it means something to a model, and is declared. Nil for an
  /// object without properties, which Gemini wants left out.
  static func openAPI(
    _ schema: JSON, at place: LossPlace, budget: inout GeminiSchemaCutter.Budget, _ losses: inout Losses
  ) -> JSON? {
    var cutter = GeminiSchemaCutter(root: schema, at: place, budget: budget)
    let node = cutter.cut(schema)
    budget = cutter.budget
    losses.append(cutter.losses)
    if node.types == ["OBJECT"], node.properties.isEmpty {
      if node.hasWords { losses.add(place.inside("description"), "Gemini takes no object without properties") }
      return nil
    }
    return JSON { node.write(to: &$0) }
  }
}
