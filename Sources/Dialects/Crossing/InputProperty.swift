import Wire

/// A property of a function's input, for tools that are made functions.
struct InputProperty {
  /// What its values are.
  enum Kind {
    case text, texts, number, numbers, flag
    /// One of these words.
    case word([String])
  }

  var name: String
  var kind: Kind
  var isRequired = false
  var description: String

  /// The schema of an input of these properties and no others.
  static func schema(of properties: [InputProperty]) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.member("type", static: "object")
        writer.object("properties") { writer in
          for property in properties { property.write(into: &writer) }
        }
        writer.array("required") { writer in
          for property in properties where property.isRequired { writer.string(property.name) }
        }
        writer.member("additionalProperties", false)
      }
    }
  }

  private func write(into writer: inout JSONWriter) {
    writer.key(named: name)
    writer.object { writer in
      switch kind {
      case .text: writer.member("type", static: "string")
      case .number: writer.member("type", static: "integer")
      case .flag: writer.member("type", static: "boolean")
      case .texts:
        writer.member("type", static: "array")
        writer.object("items") { $0.member("type", static: "string") }
      case .numbers:
        writer.member("type", static: "array")
        writer.object("items") { $0.member("type", static: "integer") }
      case .word(let words):
        writer.member("type", static: "string")
        writer.array("enum") { writer in
          for word in words { writer.string(word) }
        }
      }
      writer.member("description", description)
    }
  }
}
