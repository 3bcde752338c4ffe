import CCurl

extension CurlTransfer {
  /// When the current wait is over and how the call then ends; `.max` where nothing is waited for.
  func deadline(now: UInt64) -> (UInt64, UpstreamError?) {
    let name = route?.label ?? ""
    switch phase {
    case .ended: return (.max, nil)
    case .streaming:
      // A receiver that makes us wait is not the upstream's fault.
      guard !isPaused, !isHeld else { return (.max, nil) }
      return (lastPieceAt &+ idleTimeout, .idleTimeout("\(name): the answer stopped coming"))
    case .waiting:
      let ready = curl.offset(easy, CURLINFO_PRETRANSFER_TIME_T)
      if ready > 0 {
        let deadline = startedAt &+ UInt64(ready) &* 1000 &+ firstByteTimeout
        return (deadline, .firstByteTimeout("\(name): no answer in time"))
      }
      let deadline = startedAt &+ connectTimeout
      if deadline <= now { return (deadline, .connectTimeout("\(name): no connection in time")) }
      // Should the connection be ready a moment from now, its own time begins then.
      return (min(deadline, now &+ max(firstByteTimeout, 1_000_000)), nil)
    }
  }

  /// What a finished transfer's result means; nil when the answer is whole.
  func failure(_ result: CURLcode) -> UpstreamError? {
    let label = route?.label ?? "the upstream"
    if result == CURLE_OK {
      // libcurl takes a connection that ends within the head for a whole answer.
      return head.isComplete ? nil : .closed("\(label): the connection ended within the answer's head")
    }
    let message = "\(label): \(cause(result))"

    if let proxy = route?.proxy {
      let status = curl.integer(easy, CURLINFO_HTTP_CONNECTCODE)
      if status >= 300 { return .proxy("\(label): the proxy refused with status \(status)") }
      switch result {
      case CURLE_COULDNT_RESOLVE_PROXY: return .proxy("the proxy \(proxy.label) has no address")
      case CURLE_COULDNT_CONNECT: return .proxy(message)
      default: break
      }
    }
    switch result {
    case CURLE_URL_MALFORMAT: return .badURL(message)
    case CURLE_COULDNT_RESOLVE_HOST: return .resolve(message)
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: return .connect(message)
    case CURLE_OPERATION_TIMEDOUT: return .connectTimeout(message)
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: return .proxy(message)
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ENGINE_NOTFOUND,
      CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
      return .tls(message)
    case CURLE_RECV_ERROR where errorMessage.contains("chunked"): return .protocolViolation(message)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2_STREAM:
      return .closed(message)
    default: return .protocolViolation(message)
    }
  }

  /// libcurl's message unless it is empty or holds a secret, then its general words for the code.
  private func cause(_ result: CURLcode) -> String {
    var text = errorMessage
    if text.isEmpty || !(route?.isClean(text) ?? false) {
      text = String(cString: aor_easy_strerror(curl.table, result))
    }
    // Their sentences begin in upper case, ours do not; `SSL` and its like stay.
    guard let first = text.first, text.dropFirst().first?.isLowercase == true else { return text }
    return first.lowercased() + text.dropFirst()
  }
}
