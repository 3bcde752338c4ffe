import Conversation
import Wire

extension Gemini {
  /// Takes grounding, citations and log probabilities out of a candidate and gives them to the text they name, the last
  /// one where they name none.
  static func attachCitations(_ reader: inout ObjectReader, to candidate: inout Candidate) {
    let texts = candidate.parts.indices.filter { if case .text = candidate.parts[$0].content { true } else { false } }
    guard let last = texts.last else { return }
    var found: [(part: Int, annotation: Annotation)] = []
    var offsets: [Int: TextOffsets] = [:]
    // Google itself leaves `partIndex` out also where it is not 0.
    func place(_ segment: JSON?, _ offsets: inout [Int: TextOffsets]) -> (part: Int, span: Span?) {
      let named = segment?[member: .partIndex]?.int ?? last
      guard candidate.parts.indices.contains(named), case .text(let text) = candidate.parts[named].content else {
        return (last, nil)
      }
      return (named, span(of: segment, in: &offsets[named, default: TextOffsets(text.text)]))
    }
    for (name, list) in [(MemberName.groundingMetadata, grounding), (.citationMetadata, citations)] {
      guard let metadata = reader.peek(name) else { continue }
      let cited = list(metadata)
      if !cited.isEmpty { _ = reader.take(name) }
      for var citation in cited {
        let (part, span) = place(citation.segment, &offsets)
        citation.annotation.start = span?.start
        citation.annotation.end = span?.end
        found.append((part, citation.annotation))
      }
    }
    for (part, cited) in Dictionary(grouping: found, by: \.part) {
      guard case .text(var text) = candidate.parts[part].content else { continue }
      text.annotations += cited.map(\.annotation)
      candidate.parts[part].content = .text(text)
    }
    if let result = reader.peek(.logprobsResult), let logprobs = logprobs(result),
      case .text(var text) = candidate.parts[last].content
    {
      _ = reader.take(.logprobsResult)
      text.logprobs = logprobs
      candidate.parts[last].content = .text(text)
    }
  }

  /// A citation, and the segment of the answer that it supports where one is told.
  typealias Cited = (annotation: Annotation, segment: JSON?)
  /// Unicode scalars of a text.
  typealias Span = (start: Int, end: Int)

  /// The most bytes of addresses that one answer is told to cite, however often each.
  private static let citedLimit = 8 * 1024 * 1024

  /// What `groundingMetadata` cites: each support names the chunks it rests on; chunks nobody names are cited whole.
  ///
  /// Nothing where that is absurdly much: a few long addresses can be named a million times.
  static func grounding(_ metadata: JSON) -> [Cited] {
    let chunks = (metadata[member: .groundingChunks]?.elements ?? JSON.null.elements).map(annotation)
    var cited: [Cited] = []
    var used: Set<Int> = []
    var size = 0
    func cite(_ index: Int, _ segment: JSON?) {
      guard chunks.indices.contains(index), var annotation = chunks[index], case .url(let address) = annotation.source,
        size <= citedLimit
      else { return }
      size += address.utf8.count + (annotation.title?.utf8.count ?? 0)
      used.insert(index)
      annotation.citedText = segment?["text"]?.string
      cited.append((annotation, segment))
    }
    for support in metadata[member: .groundingSupports]?.elements ?? JSON.null.elements {
      for index in support[member: .groundingChunkIndices]?.elements.compactMap(\.int) ?? [] {
        cite(index, support["segment"])
      }
    }
    for index in chunks.indices where !used.contains(index) { cite(index, nil) }
    return size <= citedLimit ? cited : []
  }

  /// The search that `groundingMetadata` tells of; nil where none was made.
  static func search(_ metadata: JSON) -> Part? {
    let queries = metadata[member: .webSearchQueries]?.elements.compactMap(\.string) ?? []
    guard !queries.isEmpty else { return nil }
    let pages = (metadata[member: .groundingChunks]?.elements ?? JSON.null.elements).compactMap { chunk in
      chunk["web"]?["uri"]?.string.map { HostedCall.Page(address: $0, title: chunk["web"]?["title"]?.string) }
    }
    let json = JSON { writer in
      writer.object { writer in
        writer.member("type", static: "google_search")
        writer.array("queries") { writer in
          for query in queries { writer.string(query) }
        }
      }
    }
    return Part(.opaque(OpaquePart(.gemini, json, hosted: HostedCall(.search(queries: queries), .pages(pages)))))
  }

  private static func annotation(of chunk: JSON) -> Annotation? {
    let place =
      chunk["web"] ?? chunk["retrievedContext"] ?? chunk["retrieved_context"] ?? chunk["maps"] ?? chunk["image"]
    guard let address = (place?["uri"] ?? place?["sourceUri"] ?? place?["source_uri"])?.string else { return nil }
    return Annotation(.url(address), title: place?["title"]?.string, original: OpaquePart(.gemini, chunk))
  }

  /// What `citationMetadata` cites, under the two names its list has.
  static func citations(_ metadata: JSON) -> [Cited] {
    (metadata[member: .citationSources] ?? metadata["citations"])?.elements.compactMap { source in
      guard let address = source["uri"]?.string else { return nil }
      return (Annotation(.url(address), title: source["title"]?.string, original: OpaquePart(.gemini, source)), source)
    } ?? []
  }

  /// Where a segment stands in its text.
  static func span(of segment: JSON?, in text: inout TextOffsets) -> Span? {
    guard let segment, let end = segment[member: .endIndex]?.int else { return nil }
    guard let start = text.scalars(inBytes: segment[member: .startIndex]?.int ?? 0),
      let end = text.scalars(inBytes: end),
      start <= end
    else { return nil }
    return (start, end)
  }

  /// Log probabilities in OpenAI's shape.
  static func logprobs(_ result: JSON) -> JSON? {
    guard let chosen = result[member: .chosenCandidates], chosen.isArray else { return nil }
    let tops = (result[member: .topCandidates]?.elements).map(Array.init) ?? []
    return JSON { writer in
      writer.array { writer in
        for (index, token) in chosen.elements.enumerated() {
          writer.object { writer in
            writeLogprob(token, to: &writer)
            writer.array("top_logprobs") { writer in
              guard tops.indices.contains(index) else { return }
              for top in tops[index]["candidates"]?.elements ?? JSON.null.elements {
                writer.object { writeLogprob(top, to: &$0) }
              }
            }
          }
        }
      }
    }
  }

  private static func writeLogprob(_ token: JSON, to writer: inout JSONWriter) {
    let text = token["token"]?.string ?? ""
    writer.member("token", text)
    writer.member("logprob", token[member: .logProbability]?.number ?? 0)
    writer.array("bytes") { writer in
      for byte in text.utf8 { writer.int(Int(byte)) }
    }
  }

  // MARK: - Writing

  /// Writes what the texts of a candidate cite and their log probabilities; `places` says where its parts stand in the
  /// answer.
  static func writeCitations(
    of candidate: Candidate, at places: [Int: Int], own: Extensions?, to writer: inout JSONWriter, losses: inout Losses
  ) {
    if let own {
      let rest = own.residue.rest
      for name in [MemberName.groundingMetadata, .citationMetadata, .logprobsResult] {
        // What was not understood comes back by itself.
        if rest.contains(where: { $0.isNamed(name.camel) || $0.isNamed(name.snake) }) { continue }
        guard let original = own.source[member: name] else { continue }
        writer.key(name, like: own.source)
        writer.value(original)
      }
      return
    }
    var cited: [GeminiCitation] = []
    var logprobs: [JSON] = []
    var hosted = GeminiHostedCalls()
    for (index, part) in candidate.parts.enumerated() {
      if case .opaque(let opaque) = part.content { _ = hosted.parts(for: opaque) }
      guard case .text(let text) = part.content else { continue }
      if let list = text.logprobs { logprobs += list.elements }
      var offsets = TextOffsets(text.text)
      for annotation in text.annotations {
        if var citation = GeminiCitation(annotation, in: &offsets) {
          citation.part = places[index] ?? 0
          losses.add(annotation, at: index, candidate: candidate.index, writing: .gemini)
          cited.append(citation)
        } else {
          losses.add(.annotations, at: index, candidate: candidate.index, GeminiCitation.unsayable)
        }
      }
    }
    write(cited, hosted, to: &writer)
    if !logprobs.isEmpty { writeLogprobs(logprobs, to: &writer) }
  }

  /// Writes `groundingMetadata`, what was searched for and found and which words rest on it, where there is anything.
  static func write(_ cited: [GeminiCitation], _ hosted: GeminiHostedCalls, to writer: inout JSONWriter) {
    let known = Set(cited.map(\.address))
    let pages = hosted.pages.filter { !known.contains($0.address) }
    guard !cited.isEmpty || !pages.isEmpty || !hosted.queries.isEmpty else { return }
    writer.object("groundingMetadata") { writer in
      if !hosted.queries.isEmpty {
        writer.array("webSearchQueries") { writer in
          for query in hosted.queries { writer.string(query) }
        }
      }
      writer.array("groundingChunks") { writer in
        for citation in cited {
          writer.object { writer in
            writer.object("web") { writer in
              writer.member("uri", citation.address)
              if let title = citation.title { writer.member("title", title) }
            }
          }
        }
        for page in pages {
          writer.object { writer in
            writer.object("web") { writer in
              writer.member("uri", page.address)
              if let title = page.title { writer.member("title", title) }
            }
          }
        }
      }
      guard cited.contains(where: { $0.bytes != nil }) else { return }
      writer.array("groundingSupports") { writer in
        for (index, citation) in cited.enumerated() {
          guard let bytes = citation.bytes else { continue }
          writer.object { writer in
            writer.object("segment") { writer in
              if citation.part > 0 { writer.member("partIndex", citation.part) }
              writer.member("startIndex", bytes.lowerBound)
              writer.member("endIndex", bytes.upperBound)
              if let text = citation.citedText { writer.member("text", text) }
            }
            writer.array("groundingChunkIndices") { $0.int(index) }
          }
        }
      }
    }
  }

  private static func writeLogprobs(_ tokens: [JSON], to writer: inout JSONWriter) {
    func write(_ token: JSON, to writer: inout JSONWriter) {
      writer.object { writer in
        writer.member("token", token["token"]?.string ?? "")
        if let value = token["logprob"]?.number { writer.member("logProbability", value) }
      }
    }
    writer.object("logprobsResult") { writer in
      writer.array("topCandidates") { writer in
        for token in tokens {
          writer.object { writer in
            writer.array("candidates") { writer in
              for top in token["top_logprobs"]?.elements ?? JSON.null.elements { write(top, to: &writer) }
            }
          }
        }
      }
      writer.array("chosenCandidates") { writer in
        for token in tokens { write(token, to: &writer) }
      }
    }
  }
}

/// A citation of an address as `groundingMetadata` tells it.
struct GeminiCitation {
  var address: String
  var title: String?
  var citedText: String?
  /// The words it supports, in bytes of their part's text.
  var bytes: Range<Int>?
  /// Which part they stand in.
  var part = 0

  /// Why other citations are left out.
  static let unsayable = "Gemini cites addresses only"

  /// Nil where anything but an address is cited; `offsets` are those of the text that cites it.
  init?(_ annotation: Annotation, in offsets: inout TextOffsets) {
    guard case .url(let address) = annotation.source else { return nil }
    self.address = address
    title = annotation.title
    citedText = annotation.citedText
    guard let start = annotation.start, let end = annotation.end, start >= 0, start <= end else { return }
    bytes = offsets.bytes(ofScalars: start)..<offsets.bytes(ofScalars: end)
  }
}

extension OpaquePart {
  /// Whether it tells of the search in `groundingMetadata`, which Google tells beside the parts.
  var isGrounding: Bool { dialect == .gemini && hosted != nil && type == "google_search" }
}
