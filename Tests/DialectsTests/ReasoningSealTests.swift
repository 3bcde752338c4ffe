import Conversation
import Dialects
import Testing
import Wire

@Suite struct ReasoningSealTests {
  static let states = DialectID.allCases.flatMap { dialect in
    [ReasoningState.Kind.signature, .redacted, .thoughtSignature, .encrypted].map { kind in
      ReasoningState(dialect: dialect, kind: kind, blob: "b\0lob é \(kind)", origin: SealOrigin("o/1"))
    }
  }

  @Test(arguments: states)
  func openingASealGivesTheState(state: ReasoningState) {
    let seal = ReasoningSeal.seal(state)
    #expect(ReasoningSeal.open(seal) == state)
    #expect(ReasoningSeal.isSeal(seal))
    #expect(seal.hasPrefix("AORSEAL1"))
    #expect(Base64.decode(seal.utf8) != nil, "Gemini's slot takes base64 only")
  }

  @Test(arguments: ["AORSEAL1", "AORSEAL1!!!!", "AORSEAL9YWJj", "AORSEAL1YWJj"])
  func aDamagedOrUnknownSealOpensToNothing(text: String) {
    #expect(ReasoningSeal.read(text, dialect: .anthropic, kind: .signature) == nil)
  }

  @Test func aSealThatHoldsNoTextOpensToNothing() {
    let blob = Array("anthropic\0signature\0o\0".utf8) + [0xFF, 0xFE]
    #expect(ReasoningSeal.open("AORSEAL1" + Base64.encode(blob)) == nil)
  }

  @Test(arguments: ["AORSEAL1\u{301}", "AORSEAL2", "AORSEALX"])
  func whatLooksLikeASealNeverPassesForANativeState(text: String) {
    #expect(ReasoningSeal.isSeal(text))
    #expect(ReasoningSeal.read(text, dialect: .anthropic, kind: .signature) == nil)
  }

  @Test func aNativeStateGoesIntoItsOwnSlotAsItIsAndElsewhereSealed() {
    let native = ReasoningSeal.read("EqQB+/==", dialect: .anthropic, kind: .signature)
    #expect(native == ReasoningState(dialect: .anthropic, kind: .signature, blob: "EqQB+/==", origin: nil))
    for state in Self.states {
      for dialect in DialectID.allCases {
        let slot = ReasoningSeal.write(state, into: dialect)
        if state.dialect == dialect {
          #expect(slot == state.blob)
        } else {
          #expect(ReasoningSeal.read(slot, dialect: dialect, kind: .encrypted) == state)
        }
      }
    }
  }

  @Test func aSealSurvivesTheURLAlphabet() {
    let state = ReasoningState(
      dialect: .openAIResponses, kind: .encrypted, blob: "\u{FFFF}\u{FFFF}???>>>", origin: SealOrigin("o"))
    let seal = ReasoningSeal.seal(state)
    #expect(seal.contains { "+/".contains($0) })
    let url = String(seal.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }).filter { $0 != "=" }
    #expect(ReasoningSeal.open(url) == state)
  }
}
