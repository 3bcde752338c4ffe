import Conversation
import Wire

/// Brings the properties of tools within the upstream's alphabet, and the model's calls back to the client's names.
///
/// Anthropic refuses a request for one property at the root of one tool's schema whose name is outside
/// `^[a-zA-Z0-9_.-]{1,64}$`, and MCP servers have such (`$top`, `filter[id]`, names of 70 characters). Deeper properties
/// may have any name. Names that fit stay, and so does every schema whose names do.
struct ToolProperties: Sendable {
  /// One tool's names that had to change.
  private struct Names: Sendable {
    var sent: [ExactName: String] = [:]
    var original: [ExactName: String] = [:]
  }

  /// By the tool's name as the upstream sees it.
  private var tools: [ExactName: Names] = [:]

  /// Whether answers need no `raise`.
  var isIdentity: Bool { tools.isEmpty }

  /// Changes nothing.
  init() {}

  /// Renames the properties of `request`, whose tools have the upstream's names, in its tools and its history.
  init(_ request: inout ConversationRequest, naming: Alphabet?, losses: inout Losses) {
    guard let naming else { return }
    for index in request.tools.indices {
      guard case .function(let schema?, let strict) = request.tools[index].kind else { continue }
      let shaped = Self.shaped(schema)
      guard let names = Self.names(for: shaped.json, naming) else { continue }
      for keyword in shaped.dropped {
        losses.add(request.tools[index], .schema, below: keyword, ToolSchema.merged)
      }
      request.tools[index].kind = .function(schema: Self.renamed(shaped.json, names), strict: strict)
      tools[ExactName(request.tools[index].name)] = names
    }
    guard !tools.isEmpty else { return }
    for message in request.messages.indices {
      for part in request.messages[message].parts.indices {
        guard case .toolCall(var call) = request.messages[message].parts[part].content,
          let names = tools[ExactName(call.name)]
        else { continue }
        call.input = MemberRenamer.rename(call.input, names.sent)
        request.messages[message].parts[part].content = .toolCall(call)
      }
    }
  }

  /// The schema with what its root refers to and chooses between in one place, where there is such.
  private static func shaped(_ schema: JSON) -> (json: JSON, dropped: [String]) {
    var isSplit = false
    schema.forEachMember(in: SchemaKeyword.table) { name, _ in
      switch SchemaKeyword(name) {
      case .ref, .allOf, .anyOf, .oneOf: isSplit = true
      default: break
      }
      return !isSplit
    }
    guard isSplit else { return (schema, []) }
    let shaped = ToolSchema(schema, for: .anthropic)
    return (shaped.json, shaped.dropped)
  }

  private static func names(for schema: JSON, _ naming: Alphabet) -> Names? {
    guard let properties = schema["properties"] else { return nil }
    var allFit = true
    properties.forEachName { name in
      allFit = naming.allows(name)
      return allFit
    }
    guard !allFit else { return nil }
    let keys = properties.members.map { ExactName($0.key) }
    let misfits = keys.filter { !naming.allows($0.text) }
    var taken = Set(keys)
    var names = Names()
    for key in misfits where names.sent[key] == nil {
      let sent = naming.fit(key.text, whole: key.text) { taken.contains(ExactName($0)) }
      taken.insert(ExactName(sent))
      names.sent[key] = sent
      names.original[ExactName(sent)] = key.text
    }
    return names
  }

  private static func renamed(_ schema: JSON, _ names: Names) -> JSON {
    JSON { writer in
      writer.object { writer in
        for member in schema.members {
          writer.key(named: member.key)
          if member.isNamed("properties"), member.value.isObject {
            writer.object { writer in
              for property in member.value.members {
                writer.key(named: names.sent[ExactName(property.key)] ?? property.key)
                writer.value(property.value)
              }
            }
          } else if member.isNamed("required"), member.value.isArray {
            writer.array { writer in
              for name in member.value.elements {
                if let text = name.string, let sent = names.sent[ExactName(text)] {
                  writer.string(sent)
                } else {
                  writer.value(name)
                }
              }
            }
          } else {
            writer.value(member.value)
          }
        }
      }
    }
  }

  // MARK: - Answers

  /// The client's names of the properties of a call.
  func originals(of call: ToolCall) -> [ExactName: String]? { tools[ExactName(call.name)]?.original }

  /// A whole answer with the client's properties in it.
  func raise(_ response: ConversationResponse) -> ConversationResponse {
    guard !isIdentity else { return response }
    var response = response
    for candidate in response.candidates.indices {
      for part in response.candidates[candidate].parts.indices {
        guard case .toolCall(var call) = response.candidates[candidate].parts[part].content,
          let names = originals(of: call)
        else { continue }
        call.input = MemberRenamer.rename(call.input, names)
        response.candidates[candidate].parts[part].content = .toolCall(call)
      }
    }
    return response
  }
}

/// The streaming side of `ToolProperties.raise`: one per stream.
struct ToolPropertyRaising: Sendable {
  private let properties: ToolProperties
  private var renaming: [Int: MemberRenamer] = [:]

  init(_ properties: ToolProperties) { self.properties = properties }

  /// What the client should see of an event; nothing where it has to wait for more.
  mutating func raise(_ event: ConversationEvent) -> [ConversationEvent] {
    switch event {
    case .partStarted(var start):
      guard case .toolCall(var call) = start.part.content, let names = properties.originals(of: call) else { break }
      var renamer = MemberRenamer(names)
      call.input = renamer.feed(call.input)
      renaming[start.candidate] = renamer
      start.part.content = .toolCall(call)
      return [.partStarted(start)]
    case .partDelta(let delta):
      guard case .input(let piece) = delta.delta, let text = renaming[delta.candidate]?.feed(piece) else { break }
      return text.isEmpty ? [] : [.partDelta(PartDelta(candidate: delta.candidate, index: delta.index, .input(text)))]
    case .partFinished(let end):
      guard let text = renaming.removeValue(forKey: end.candidate)?.rest, !text.isEmpty else { break }
      return [.partDelta(PartDelta(candidate: end.candidate, index: end.index, .input(text))), event]
    default: break
    }
    return [event]
  }
}
