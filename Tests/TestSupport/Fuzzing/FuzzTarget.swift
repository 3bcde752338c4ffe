import Conversation
import Dialects
import Wire

/// One reader under fuzzing: arbitrary bytes in, what is broken out.
///
/// A trap, a hang or memory without bound is for whoever runs it to see: `Tests/Fuzz` under libFuzzer, `swift test` for
/// fixtures and a few seeded mutations.
public struct FuzzTarget: Sendable, CustomStringConvertible {
  /// What the bytes of a target are, for the seeds and the mutations.
  public enum Kind: Sendable, Hashable {
    case json
    case eventStream
    case request(DialectID)
    case response(DialectID)
    case stream(DialectID)
  }

  /// As in `stream-gemini`.
  public let name: String
  /// What its bytes are.
  public let kind: Kind
  /// What breaks a law for these bytes; empty where all hold.
  public let violations: @Sendable ([UInt8]) -> [String]

  /// The name, for test names.
  public var description: String { name }

  private init(_ name: String, _ kind: Kind, _ violations: @escaping @Sendable ([UInt8]) -> [String]) {
    self.name = name
    self.kind = kind
    self.violations = violations
  }

  /// Every target.
  public static let all: [FuzzTarget] =
    [
      FuzzTarget("json", .json, WireFuzzing.json), FuzzTarget("events", .eventStream, WireFuzzing.eventStream),
    ]
    + DialectCatalog.all.flatMap { dialect in
      [
        FuzzTarget("request-\(dialect.id.rawValue)", .request(dialect.id)) {
          RequestFuzzing.violations($0, from: dialect)
        },
        FuzzTarget("response-\(dialect.id.rawValue)", .response(dialect.id)) {
          ResponseFuzzing.violations($0, from: dialect)
        },
        FuzzTarget("stream-\(dialect.id.rawValue)", .stream(dialect.id)) {
          StreamFuzzing.violations($0, from: dialect)
        },
      ]
    }
}

/// Choices that follow from the input, so that one input always does the same.
struct InputChoice {
  private var random: SeededGenerator

  init(_ bytes: [UInt8]) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    random = SeededGenerator(seed: hash)
  }

  mutating func flag() -> Bool { random.chance(50) }
  mutating func size(_ range: ClosedRange<Int>) -> Int { random.int(range) }

  mutating func quirks() -> Quirks {
    var quirks = Quirks()
    func pick<Value>(_ values: [Value], _ random: inout SeededGenerator, else other: Value) -> Value {
      random.pick(values) ?? other
    }
    quirks.maxTokensField = pick(Quirks.MaxTokensField.allCases, &random, else: .asSent)
    quirks.reasoningReplay = pick(Quirks.ReasoningReplay.allCases, &random, else: .never)
    quirks.reasoningSwitch = pick(Quirks.ReasoningSwitch.allCases, &random, else: .effort)
    quirks.thinkingStyle = pick(Quirks.ThinkingStyle.allCases, &random, else: .adaptive)
    let flags: [WritableKeyPath<Quirks, Bool>] = [
      \.developerRole, \.streamUsage, \.customTools, \.namespaceTools, \.storesResponses, \.stripBetas,
      \.jsonSchemaTools, \.functionCallIDs, \.mixedTools, \.functionResponseParts, \.thinkingLevels, \.signatureStandIn,
      \.imageInput,
    ]
    for path in flags { quirks[keyPath: path] = flag() }
    if random.chance(20) { quirks.stripFields = ["temperature", "user", "metadata"] }
    return quirks
  }
}

/// How large an output may become for its input.
enum OutputBound {
  /// A delta of one character may become a frame of its own in a protocol that repeats ids in each.
  static func violations(_ what: String, _ output: Int, of input: Int) -> [String] {
    output > 64 * 1024 + 400 * input ? ["\(what): \(output) bytes out of \(input)"] : []
  }
}
