import Conversation
import Dialects
import TestSupport
import Wire

/// Requests as readers of other protocols produce them, and what Gemini's writer makes of them.
enum GeminiHub {
  static let origin = SealOrigin("google/a")

  static func json(_ text: String) -> JSON { (try? JSON(parsing: text)) ?? .null }

  static func written(
    _ request: ConversationRequest, quirks: Quirks = Quirks(), origin: SealOrigin? = origin
  ) -> (body: JSON, losses: [Loss]) {
    var losses = Losses()
    let target = RequestTarget(model: "m", quirks: quirks, origin: origin)
    let bytes = (try? Gemini().writeRequest(request, for: target, losses: &losses)) ?? []
    return ((try? JSON(parsing: bytes)) ?? .null, losses.list)
  }

  static func call(_ id: String, _ name: String, _ input: String, state: ReasoningState? = nil) -> Part {
    Part(.toolCall(ToolCall(id: id, name: name, input: input)), state: state)
  }

  static func result(_ id: String, _ name: String, _ parts: [Part], isError: Bool = false) -> Part {
    Part(.toolResult(ToolResult(callID: id, name: name, parts: parts, isError: isError)))
  }

  static let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
  static let image = Part(.image(Media(.base64(png), mediaType: "image/jpeg")))
  static let signature = ReasoningState(
    dialect: .gemini, kind: .thoughtSignature, blob: "U0lHRkFLRWE=", origin: origin)
  static let foreign = ReasoningState(
    dialect: .anthropic, kind: .signature, blob: "EqQB", origin: SealOrigin("anthropic/a"))

  static let hardSchema = json(
    """
    {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":false,
    "properties":{"q":{"type":["string","null"],"minLength":1,"pattern":"^a","format":"uri","default":"x"},
    "mode":{"const":"fast"},"level":{"type":"integer","enum":[1,2],"exclusiveMinimum":0},
    "format":{"type":"string","enum":["a","b"]},"default":{"anyOf":[{"type":"number"},{"type":"null"}]},
    "tags":{"type":"array"},"pair":{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]},
    "tree":{"$ref":"#/$defs/tree"},"free":{"type":"object","properties":{}},"any":{},
    "both":{"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"required":["a","b"]}]},
    "either":{"type":["string","integer","array"],"items":{"type":"string"}},"when":{"type":"string","format":"date-time"}},
    "required":["q","gone"],
    "$defs":{"tree":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/tree"}}}}}}
    """)

  static let weather = Tool(
    name: "get_weather", description: "d",
    kind: .function(schema: json(#"{"type":"object","properties":{"city":{"type":"string"}}}"#), strict: nil))
  static let hard = Tool(name: "hard_tool", kind: .function(schema: hardSchema, strict: true))
  static let bare = Tool(name: "bare", kind: .function(schema: nil, strict: nil))
  static let untyped = Tool(name: "untyped", kind: .function(schema: .emptyObject, strict: nil))

  /// By name, for tests over all of them.
  static let requests: [(name: String, request: ConversationRequest)] = [
    ("text", make([.init(.system, text: "be brief", slot: .instructions), .init(.user, text: "hi")])),
    ("only system", make([.init(.system, text: "be brief", slot: .instructions)])),
    ("nothing", make([])),
    ("assistant first", make([.init(.assistant, text: "hello"), .init(.user, text: "hi")])),
    (
      "system in the middle",
      make([
        .init(.user, text: "a"), .init(.assistant, text: "b"), .init(.system, text: "now in French"),
        .init(.user, text: "c"),
      ])
    ),
    ("developer first", make([.init(.developer, text: "rules"), .init(.user, text: "a")])),
    (
      "same roles",
      make([
        .init(.user, text: "a"), .init(.user, text: ""), .init(.user, text: "b"), .init(.assistant, text: "c"),
        .init(.assistant, text: "d"), .init(.user, text: "e"),
      ])
    ),
    ("parallel tools", parallel),
    ("foreign reasoning", reasoning(foreign)),
    ("own reasoning", reasoning(signature)),
    (
      "media",
      make([
        .init(
          .user,
          [
            image, Part(.image(Media(.url("https://example.com/a.webp?x=1")))),
            Part(.file(Media(.base64("JVBERi0xLjQK"), mediaType: "application/pdf", filename: "a.pdf"))),
            Part(.file(Media(.text("words"), filename: "notes.txt"))), Part(.file(Media(.fileID("file-1")))),
            Part(.opaque(OpaquePart(.anthropic, json(#"{"type":"container_upload"}"#)))), Part(.refusal("no")),
          ])
      ])
    ),
    (
      "bad arguments",
      make([
        .init(.user, text: "a"),
        .init(.assistant, [call("1", "f", "[1]"), call("2", "f", "{oops"), call("3", "f", "")]),
        .init(.tool, [result("1", "f", []), result("2", "f", []), result("3", "f", [.text("[1,2]")])]),
      ])
    ),
  ]

  static func make(_ messages: [Message], tools: [Tool] = [weather, hard, bare, untyped]) -> ConversationRequest {
    ConversationRequest(model: "asked", messages: messages, tools: tools)
  }

  static let parallel = make([
    .init(.user, text: "weather?"),
    .init(.assistant, [.text("looking"), call("a", "get_weather", #"{"city":"Rom"}"#), call("b", "bare", "{}")]),
    .init(
      .user,
      [
        .text("reminder"), result("a", "get_weather", [.text("pic:"), image]),
        result("b", "bare", [.text("boom")], isError: true),
      ]),
    .init(.assistant, [call("c", "bare", "{}")]),
    .init(.tool, [result("c", "bare", [.text(#"{"n":1.0}"#)])]),
  ])

  static func reasoning(_ state: ReasoningState) -> ConversationRequest {
    make([
      .init(.user, text: "weather?"),
      .init(
        .assistant,
        [
          Part(.reasoning(Reasoning([.init(.summary, "hm")])), state: state), .text("let me see"),
          call("a", "get_weather", "{}"), call("b", "get_weather", "{}"),
        ]),
      .init(.tool, [result("a", "get_weather", [.text("1")]), result("b", "get_weather", [.text("2")])]),
    ])
  }
}

extension [JSON] {
  /// The element there, null beyond the end, so that a failing test fails and does not stop the others.
  func at(_ index: Int) -> JSON { indices.contains(index) ? self[index] : .null }
}
