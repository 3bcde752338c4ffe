import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What every protocol keeps of its own recorded traffic.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct LawsOwnCorpusTests {
  @Test(arguments: DialectID.allCases) func requestsComeBackAsTheyWere(id: DialectID) {
    let cases = Corpus.cases.filter { $0.dialect == id && ["generate", "count-tokens"].contains($0.endpoint) }
    CorpusLaw(dialect: id).check("request round trip", in: cases, floor: 120, \.request) { item, bytes in
      // Vertex AI names the model in the URL.
      let isNamed = try id != .anthropic || JSON(parsing: bytes)["model"] != nil
      let line = RequestLine(model: isNamed ? nil : item.model, isStream: id == .gemini ? false : nil)
      return DialectLaw(DialectCatalog.dialect(id)).requestRoundTrip(bytes, line: line)
    }
  }

  @Test(arguments: DialectID.allCases) func answersComeBackAsTheyWere(id: DialectID) {
    CorpusLaw(dialect: id).check(
      "response round trip", floor: 55,
      { item in
        let isAnswer = item.httpStatus.map { $0 < 400 } ?? !item.features.contains("error")
        return isAnswer && !item.features.contains("stream-json-array") ? item.response : nil
      }
    ) { _, bytes in DialectLaw(DialectCatalog.dialect(id)).responseRoundTrip(bytes) }
  }

  @Test(arguments: DialectID.allCases) func streamsMayBeSplitAnywhere(id: DialectID) {
    CorpusLaw(dialect: id).check("chunking", floor: 70, \.stream) { _, bytes in
      DialectLaw(DialectCatalog.dialect(id)).chunking(Array(bytes.prefix(60_000)))
    }
  }

  @Test(arguments: DialectID.allCases) func streamsKeepTheGrammarWhereverTheyAreCut(id: DialectID) {
    CorpusLaw(dialect: id).check("grammar", floor: 70, \.stream) { _, bytes in
      DialectLaw(DialectCatalog.dialect(id)).grammar(bytes)
    }
  }
}
