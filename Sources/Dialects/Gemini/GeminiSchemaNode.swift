import Conversation
import Wire

/// One schema of Gemini's OpenAPI subset, before and after it is made legal.
struct GeminiSchemaNode {
  /// One property of an object.
  struct Property {
    var name: String
    var schema: GeminiSchemaNode
  }

  /// The types in the subset's words; one at most once settled.
  var types: [String] = []
  /// What the other keywords suggest where no type is said.
  private var hinted: String?
  /// Nothing is known: anything goes.
  var isOpen = false
  var title: String?
  var description: String?
  var format: String?
  var isNullable = false
  var choices: [String] = []
  var properties: [Property] = []
  var required: [String] = []
  /// None or one.
  var items: [GeminiSchemaNode] = []
  var anyOf: [GeminiSchemaNode] = []
  /// The alternatives as the client wrote them.
  var alternatives: JSON = .null
  var bounds: [(key: String, value: JSON)] = []
  /// What the subset cannot say, in words for the description.
  private var remarks: [String] = []
  /// Keywords that are gone, and why.
  var unsaid: [(keyword: String, reason: String)] = []

  /// Whether nothing constrains the value.
  var saysNothing: Bool {
    types.isEmpty && hinted == nil && properties.isEmpty && items.isEmpty && anyOf.isEmpty
  }

  mutating func hint(_ type: String) { hinted = hinted ?? type }

  mutating func remark(_ text: String) {
    guard remarks.count < Self.remarkCount, !remarks.contains(text) else { return }
    remarks.append(text)
  }

  /// More words than these would hide the description they stand behind.
  private static let remarkCount = 32

  /// Says a constraint in words.
  mutating func unsay(_ keyword: String, _ words: String) {
    remark(words)
    unsaid.append((keyword, "stands in the description"))
  }

  /// Says a constraint in words where it is short.
  mutating func unsay(_ keyword: String, _ value: JSON, _ words: String, _ reason: String) {
    if value.byteCount <= GeminiSchemaCutter.remarkLimit { remark("\(words): \(value.text).") }
    unsaid.append((keyword, reason))
  }

  // MARK: - Merging

  /// Takes over what another schema, of which this must also be an instance, says.
  mutating func merge(_ other: GeminiSchemaNode) {
    let common = types.filter { other.types.contains($0) || $0 == "INTEGER" && other.types.contains("NUMBER") }
    let narrowed = other.types.contains("INTEGER") && types.contains("NUMBER") ? ["INTEGER"] : common
    if types.isEmpty {
      types = other.types
    } else if !other.types.isEmpty {
      if narrowed.isEmpty { unsaid.append(("type", "contradicts itself; the first is kept")) } else { types = narrowed }
    }
    hinted = hinted ?? other.hinted
    isOpen = isOpen && other.isOpen || saysNothing && other.isOpen
    title = title ?? other.title
    description = description ?? other.description
    if let format, let second = other.format, second != format { unsay("format", "Format: \(second).") }
    format = format ?? other.format
    isNullable = isNullable || other.isNullable
    mergeChoices(other.choices)
    mergeProperties(other)
    if let item = other.items.first {
      if items.isEmpty { items = [item] } else { items[0].merge(item) }
    }
    if anyOf.isEmpty {
      anyOf = other.anyOf
      alternatives = other.alternatives
    } else if !other.anyOf.isEmpty {
      unsay("anyOf", other.alternatives, "Also one of", "stands in the description")
    }
    for bound in other.bounds { mergeBound(bound.key, bound.value) }
    for remark in other.remarks { self.remark(remark) }
    unsaid += other.unsaid
  }

  private mutating func mergeChoices(_ others: [String]) {
    guard !choices.isEmpty, !others.isEmpty else {
      if choices.isEmpty { choices = others }
      return
    }
    let allowed = Set(others)
    let common = choices.filter(allowed.contains)
    if common.isEmpty { unsaid.append(("enum", "contradicts itself; the first is kept")) } else { choices = common }
  }

  private mutating func mergeProperties(_ other: GeminiSchemaNode) {
    if !other.properties.isEmpty {
      var places: [String: Int] = [:]
      for (place, property) in properties.enumerated() { places[property.name] = place }
      for property in other.properties {
        if let place = places[property.name], properties.indices.contains(place) {
          properties[place].schema.merge(property.schema)
        } else {
          properties.append(property)
        }
      }
    }
    var seen = Set(required)
    required += other.required.filter { seen.insert($0).inserted }
  }

  private mutating func mergeBound(_ key: String, _ value: JSON) {
    guard let place = bounds.firstIndex(where: { $0.key == key }) else { return bounds.append((key, value)) }
    guard let old = bounds[place].value.double, let new = value.double else { return }
    let isLower = key == "minimum" || key == "minItems" || key == "exclusiveMinimum"
    if isLower ? new > old : new < old { bounds[place].value = value }
  }

  // MARK: - Settling

  /// Makes what was gathered legal: one type or alternatives, items for arrays, properties for what is required.
  ///
  /// Returns what could not be said.
  mutating func settle(at place: LossPlace) -> Losses {
    var losses = Losses()
    settle { keyword, reason in losses.add(place.inside(keyword), reason) }
    return losses
  }

  private mutating func settle(_ lose: (String, String) -> Void) {
    while anyOf.count == 1, let only = anyOf.popLast() {
      alternatives = .null
      merge(only)
    }
    if !anyOf.isEmpty {
      if canDistribute {
        distribute(lose)
      } else {
        unsay("anyOf", alternatives, "Also one of", "stands in the description")
        anyOf = []
      }
    } else if types.count > 1 {
      split(lose)
    }
    for (keyword, reason) in unsaid { lose(keyword, reason) }
    unsaid = []
    if anyOf.isEmpty { settleType(lose) }
  }

  /// Beside `anyOf` the subset takes no type: what is said there must fit into each alternative.
  private var canDistribute: Bool {
    properties.isEmpty && items.isEmpty && choices.isEmpty
      && (types.count < 2 || anyOf.allSatisfy { !$0.types.isEmpty })
      && (required.isEmpty || anyOf.allSatisfy { !$0.properties.isEmpty })
      && (types != ["OBJECT"] || anyOf.contains { !$0.properties.isEmpty })
  }

  private mutating func distribute(_ lose: (String, String) -> Void) {
    var shared = GeminiSchemaNode()
    shared.types = types.count == 1 ? types : []
    shared.hinted = hinted
    shared.format = format
    shared.bounds = bounds
    shared.required = required
    for index in anyOf.indices {
      let own = anyOf[index].types
      if !own.isEmpty { shared.types = [] } else { shared.types = types.count == 1 ? types : [] }
      anyOf[index].merge(shared)
      anyOf[index].settle(lose)
    }
    types = []
    format = nil
    bounds = []
    required = []
  }

  /// Several types become alternatives, each with what is said for its type.
  private mutating func split(_ lose: (String, String) -> Void) {
    for type in types {
      var choice = GeminiSchemaNode()
      choice.types = [type]
      switch type {
      case "STRING":
        choice.choices = choices
        if Self.formats[type]?.contains(format ?? "") == true { choice.format = format }
      case "ARRAY":
        choice.items = items
        choice.bounds = bounds.filter { $0.key == "minItems" || $0.key == "maxItems" }
      case "OBJECT":
        choice.properties = properties
        choice.required = required
      case "NUMBER", "INTEGER":
        choice.bounds = bounds.filter { $0.key != "minItems" && $0.key != "maxItems" }
        if Self.formats[type]?.contains(format ?? "") == true { choice.format = format }
      default: break
      }
      choice.settle(lose)
      anyOf.append(choice)
    }
    if let format, !anyOf.contains(where: { $0.format != nil }) { unsay("format", "Format: \(format).") }
    if !choices.isEmpty, !types.contains("STRING") {
      remark("One of: " + choices.joined(separator: ", "))
      lose("enum", "only strings can be enumerated; the values stand in the description")
    }
    for (key, value) in bounds where !anyOf.contains(where: { $0.takes(key) }) { unsay(key, "\(key): \(value.text).") }
    if !types.contains("OBJECT") { loseMembers(lose) }
    if !items.isEmpty, !types.contains("ARRAY") { lose("items", "only arrays have them") }
    types = []
    format = nil
    choices = []
    bounds = []
    properties = []
    required = []
    items = []
  }

  private func takes(_ bound: String) -> Bool {
    let isCount = bound == "minItems" || bound == "maxItems"
    return isCount ? types == ["ARRAY"] : types == ["NUMBER"] || types == ["INTEGER"]
  }

  private func loseMembers(_ lose: (String, String) -> Void) {
    if !properties.isEmpty { lose("properties", "only objects have them") }
    if !required.isEmpty { lose("required", "only objects have them") }
  }

  private static let formats: [String: Set<String>] = [
    "STRING": ["date-time", "enum"], "INTEGER": ["int32", "int64"], "NUMBER": ["float", "double"],
  ]

  private mutating func settleType(_ lose: (String, String) -> Void) {
    if types.isEmpty {
      if saysNothing, isNullable, !isOpen { hint("STRING") }
      let guess = !properties.isEmpty ? "OBJECT" : !items.isEmpty ? "ARRAY" : hinted
      types = [guess ?? "OBJECT"]
      if guess == nil, !isOpen { lose("type", "any value is asked for as an object") }
    }
    let type = types.first ?? "OBJECT"
    if let format, Self.formats[type]?.contains(format) != true {
      remark("Format: \(format).")
      lose("format", "stands in the description")
      self.format = nil
    }
    settleBounds(type, lose)
    if type != "OBJECT" {
      loseMembers(lose)
      properties = []
      required = []
    }
    if type != "STRING", !choices.isEmpty {
      remark("One of: " + choices.joined(separator: ", "))
      lose("enum", "only strings can be enumerated; the values stand in the description")
      choices = []
    }
    if type == "ARRAY" {
      if items.isEmpty {
        var item = GeminiSchemaNode()
        item.types = ["STRING"]
        items = [item]
        lose("items", "any item is asked for as a string")
      } else {
        items[0].settle(lose)
      }
    } else {
      if !items.isEmpty { lose("items", "only arrays have them") }
      items = []
    }
    for index in properties.indices { properties[index].schema.settle(lose) }
    let declared = Set(properties.map(\.name))
    if required.contains(where: { !declared.contains($0) }) {
      lose("required", "names a property that is not declared")
      required.removeAll { !declared.contains($0) }
    }
  }

  private mutating func settleBounds(_ type: String, _ lose: (String, String) -> Void) {
    var kept: [(key: String, value: JSON)] = []
    for (key, value) in bounds {
      let isCount = key == "minItems" || key == "maxItems"
      if isCount ? type == "ARRAY" && (value.int ?? -1) >= 0 : isNumeric(key, value, type) {
        kept.append((key, value))
      } else if type == "INTEGER", let bound = inclusive(key, value) {
        kept.append(bound)
      } else {
        remark("\(key): \(value.text).")
        lose(key, "stands in the description")
      }
    }
    bounds = []
    for (key, value) in kept { mergeBound(key, value) }
  }

  private func isNumeric(_ key: String, _ value: JSON, _ type: String) -> Bool {
    (key == "minimum" || key == "maximum") && value.number != nil && (type == "INTEGER" || type == "NUMBER")
  }

  /// Of whole numbers an exclusive bound can be said as an inclusive one.
  private func inclusive(_ key: String, _ value: JSON) -> (key: String, value: JSON)? {
    guard let bound = value.int else { return nil }
    let isLower = key == "exclusiveMinimum"
    let (number, overflows) = isLower ? bound.addingReportingOverflow(1) : bound.subtractingReportingOverflow(1)
    guard !overflows, isLower || key == "exclusiveMaximum" else { return nil }
    return (isLower ? "minimum" : "maximum", JSON { $0.int(number) })
  }

  // MARK: - Writing

  /// The description, then what could not be said otherwise.
  private var words: String {
    ([description].compactMap { $0 } + remarks).filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Whether there is a description.
  var hasWords: Bool { !words.isEmpty }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      if let type = types.first { writer.member("type", type) }
      if let title { writer.member("title", title) }
      if description != nil || !words.isEmpty { writer.member("description", words) }
      if let format { writer.member("format", format) }
      if isNullable { writer.member("nullable", true) }
      if !choices.isEmpty {
        writer.array("enum") { writer in
          for choice in choices { writer.string(choice) }
        }
      }
      if !properties.isEmpty {
        writer.object("properties") { writer in
          for property in properties {
            writer.key(named: property.name)
            property.schema.write(to: &writer)
          }
        }
      }
      if !required.isEmpty {
        writer.array("required") { writer in
          for name in required { writer.string(name) }
        }
      }
      if let item = items.first {
        writer.key("items")
        item.write(to: &writer)
      }
      if !anyOf.isEmpty {
        writer.array("anyOf") { writer in
          for choice in anyOf { choice.write(to: &writer) }
        }
      }
      for bound in bounds {
        writer.key(named: bound.key)
        writer.value(bound.value)
      }
    }
  }
}
