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

  /// The schema with `type: object` at its root; everything else stays as it is.
  static func withObjectRoot(_ schema: JSON) -> JSON {
    if schema.isObject, let type = schema["type"], !type.isNull { return schema }
    let isUnion = schema["anyOf"] != nil || schema["oneOf"] != nil || schema["allOf"] != nil || schema["$ref"] != nil
    if isUnion { return schema }
    return JSON { writer in
      writer.object { writer in
        writer.member("type", static: "object")
        if schema["properties"] == nil { writer.object("properties") { _ in } }
        for member in schema.members where !member.isNamed("type") {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
  }

  // MARK: - From the subset

  /// The JSON Schema that an OpenAPI-subset schema means, for protocols that take nothing else.
  static func jsonSchema(fromOpenAPI schema: JSON) -> JSON {
    JSON { writeJSONSchema(schema, to: &$0, depth: 0) }
  }

  private static func writeJSONSchema(_ schema: JSON, to writer: inout JSONWriter, depth: Int) {
    guard schema.isObject, depth < 64 else { return writer.value(schema) }
    let isNullable = schema["nullable"]?.bool == true
    writer.object { writer in
      for member in schema.members {
        let value = member.value
        let key = member.key
        switch key {
        case "nullable", "propertyOrdering", "property_ordering": continue
        case "type":
          guard let type = value.string?.lowercased(), type != "type_unspecified" else { continue }
          if isNullable {
            writer.array("type") { writer in
              writer.string(type)
              writer.string(static: "null")
            }
          } else {
            writer.member("type", type)
          }
        case "properties":
          writer.object("properties") { writer in
            for property in value.members {
              writer.key(named: property.key)
              writeJSONSchema(property.value, to: &writer, depth: depth + 1)
            }
          }
        case "items":
          writer.key("items")
          writeJSONSchema(value, to: &writer, depth: depth + 1)
        case "anyOf", "any_of":
          writer.array("anyOf") { writer in
            for choice in value.elements { writeJSONSchema(choice, to: &writer, depth: depth + 1) }
          }
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
        case "enum" where isNullable:
          writer.array("enum") { writer in
            for choice in value.elements { writer.value(choice) }
            writer.null()
          }
        case "format" where value.isString("enum"): continue
        default:
          writer.key(named: key)
          writer.value(value)
        }
      }
    }
  }

  // MARK: - To the subset

  /// The schema cut to the subset.
  ///
  /// What it cannot say becomes part of a description where it means something to a model, and is declared, at the
  /// `place` of its path in the schema. Nil for an object without properties, which Gemini wants left out.
  static func openAPI(_ schema: JSON, at place: (String) -> LossPlace, _ losses: inout Losses) -> JSON? {
    var cutter = GeminiSchemaCutter(root: schema)
    let node = cutter.node(schema)
    for loss in cutter.losses { losses.add(place(loss.path), loss.reason) }
    if node.type == "OBJECT", node.properties.isEmpty { return nil }
    return JSON { node.write(to: &$0) }
  }
}
