import Conversation
import Wire

extension Gemini {
  /// Takes grounding, citations and log probabilities out of a candidate and gives them to its last text.
  static func attachCitations(_ reader: inout ObjectReader, to candidate: inout Candidate) {
    let texts = candidate.parts.indices.filter { if case .text = candidate.parts[$0].content { true } else { false } }
    guard let last = texts.last, case .text(var text) = candidate.parts[last].content else { return }
    if let metadata = reader.peek(.groundingMetadata) {
      let found = grounding(metadata, text: text.text)
      if !found.isEmpty {
        _ = reader.take(.groundingMetadata)
        text.annotations += found
      }
    }
    if let metadata = reader.peek(.citationMetadata) {
      let found = citations(metadata, text: text.text)
      if !found.isEmpty {
        _ = reader.take(.citationMetadata)
        text.annotations += found
      }
    }
    if let result = reader.peek(.logprobsResult), let logprobs = logprobs(result) {
      _ = reader.take(.logprobsResult)
      text.logprobs = logprobs
    }
    candidate.parts[last].content = .text(text)
  }

  /// What `groundingMetadata` cites: each support names the chunks it rests on; chunks nobody names are cited whole.
  static func grounding(_ metadata: JSON, text: String) -> [Annotation] {
    let chunks = (metadata[member: .groundingChunks]?.elements).map(Array.init) ?? []
    var annotations: [Annotation] = []
    var used: Set<Int> = []
    for support in metadata[member: .groundingSupports]?.elements ?? JSON.null.elements {
      let segment = support["segment"]
      let span = span(of: segment, in: text)
      for index in support[member: .groundingChunkIndices]?.elements.compactMap(\.int) ?? [] {
        guard chunks.indices.contains(index), var annotation = annotation(of: chunks[index]) else { continue }
        used.insert(index)
        annotation.citedText = segment?["text"]?.string
        annotation.start = span?.start
        annotation.end = span?.end
        annotations.append(annotation)
      }
    }
    for (index, chunk) in chunks.enumerated() where !used.contains(index) {
      if let annotation = annotation(of: chunk) { annotations.append(annotation) }
    }
    return annotations
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
    let place = chunk["web"] ?? chunk["retrievedContext"] ?? chunk["retrieved_context"] ?? chunk["maps"]
    guard let address = place?["uri"]?.string else { return nil }
    return Annotation(.url(address), title: place?["title"]?.string, original: OpaquePart(.gemini, chunk))
  }

  /// What `citationMetadata` cites, under the two names its list has.
  static func citations(_ metadata: JSON, text: String) -> [Annotation] {
    (metadata[member: .citationSources] ?? metadata["citations"])?.elements.compactMap { source in
      guard let address = source["uri"]?.string else { return nil }
      let span = span(of: source, in: text)
      return Annotation(
        .url(address), title: source["title"]?.string, start: span?.start, end: span?.end,
        original: OpaquePart(.gemini, source))
    } ?? []
  }

  /// Google counts UTF-8 bytes; annotations count Unicode scalars.
  private static func span(of segment: JSON?, in text: String) -> (start: Int, end: Int)? {
    guard let segment, let end = segment[member: .endIndex]?.int else { return nil }
    let start = segment[member: .startIndex]?.int ?? 0
    let bytes = text.utf8
    guard start >= 0, start <= end, end <= bytes.count else { return nil }
    func scalars(_ count: Int) -> Int { bytes.prefix(count).reduce(0) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 } }
    return (scalars(start), scalars(end))
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

  static func writeCitations(of candidate: Candidate, own: Extensions?, to writer: inout JSONWriter) {
    var text = ""
    var annotations: [Annotation] = []
    var logprobs: [JSON] = []
    for part in candidate.parts {
      guard case .text(let piece) = part.content else { continue }
      annotations += piece.annotations
      if let list = piece.logprobs { logprobs.append(list) }
      text = piece.text
    }
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
    var hosted = GeminiHostedCalls()
    for part in candidate.parts {
      if case .opaque(let opaque) = part.content { _ = hosted.parts(for: opaque) }
    }
    writeGrounding(annotations, hosted, text: text, to: &writer)
    if let first = logprobs.first { writeLogprobs(first, to: &writer) }
  }

  /// What was searched for and found, and which words rest on it.
  static func writeGrounding(
    _ annotations: [Annotation], _ hosted: GeminiHostedCalls, text: String, to writer: inout JSONWriter
  ) {
    let cited = annotations.compactMap { annotation -> (Annotation, String)? in
      guard case .url(let address) = annotation.source else { return nil }
      return (annotation, address)
    }
    let known = Set(cited.map(\.1))
    let pages = hosted.pages.filter { !known.contains($0.address) }
    guard !cited.isEmpty || !pages.isEmpty || !hosted.queries.isEmpty else { return }
    writer.object("groundingMetadata") { writer in
      if !hosted.queries.isEmpty {
        writer.array("webSearchQueries") { writer in
          for query in hosted.queries { writer.string(query) }
        }
      }
      writer.array("groundingChunks") { writer in
        for (annotation, address) in cited {
          writer.object { writer in
            writer.object("web") { writer in
              writer.member("uri", address)
              if let title = annotation.title { writer.member("title", title) }
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
      guard cited.contains(where: { $0.0.end != nil }) else { return }
      writer.array("groundingSupports") { writer in
        for (index, (annotation, _)) in cited.enumerated() {
          guard let start = annotation.start, let end = annotation.end, start >= 0, start <= end else { continue }
          writer.object { writer in
            writer.object("segment") { writer in
              let scalars = text.unicodeScalars
              writer.member("startIndex", String(String.UnicodeScalarView(scalars.prefix(start))).utf8.count)
              writer.member("endIndex", String(String.UnicodeScalarView(scalars.prefix(end))).utf8.count)
              if let cited = annotation.citedText { writer.member("text", cited) }
            }
            writer.array("groundingChunkIndices") { $0.int(index) }
          }
        }
      }
    }
  }

  private static func writeLogprobs(_ list: JSON, to writer: inout JSONWriter) {
    func write(_ token: JSON, to writer: inout JSONWriter) {
      writer.object { writer in
        writer.member("token", token["token"]?.string ?? "")
        if let value = token["logprob"]?.number { writer.member("logProbability", value) }
      }
    }
    writer.object("logprobsResult") { writer in
      writer.array("topCandidates") { writer in
        for token in list.elements {
          writer.object { writer in
            writer.array("candidates") { writer in
              for top in token["top_logprobs"]?.elements ?? JSON.null.elements { write(top, to: &writer) }
            }
          }
        }
      }
      writer.array("chosenCandidates") { writer in
        for token in list.elements { write(token, to: &writer) }
      }
    }
  }
}

extension OpaquePart {
  /// Whether it tells of the search in `groundingMetadata`, which Google tells beside the parts.
  var isGrounding: Bool { dialect == .gemini && hosted != nil && type == "google_search" }
}
