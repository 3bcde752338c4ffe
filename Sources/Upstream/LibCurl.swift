import CCurl

/// libcurl, opened at first use.
///
/// Unchecked because the table is written by `aor_curl_open` before anyone sees the pointer, and never again; libcurl
/// itself allows its functions on any thread as long as a handle stays on one.
struct LibCurl: @unchecked Sendable {
  let table: UnsafePointer<aor_curl>

  /// 7.68 has all options used here and is what the oldest distributions in support carry.
  static let minimumVersion: UInt32 = 0x07_44_00

  /// The library of this system, or why there is none.
  static let shared: Result<LibCurl, UpstreamError> = open(nil)

  /// Opens the library of this name, nil the usual ones.
  static func open(_ name: String?, minimumVersion: UInt32 = minimumVersion) -> Result<LibCurl, UpstreamError> {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { error in
      error.initialize(repeating: 0)
      let table =
        if let name {
          name.withCString { aor_curl_open($0, minimumVersion, error.baseAddress, error.count) }
        } else {
          aor_curl_open(nil, minimumVersion, error.baseAddress, error.count)
        }
      guard let table else {
        let cause = error.baseAddress.map { String(cString: $0) } ?? ""
        return .failure(.unavailable("libcurl cannot be used: \(cause)"))
      }
      return .success(LibCurl(table: table))
    }
  }

  func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
    _ = aor_easy_set_long(table, easy, option, value)
  }

  func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, _ value: String?) {
    if let value {
      _ = value.withCString { aor_easy_set_string(table, easy, option, $0) }
    } else {
      _ = aor_easy_set_string(table, easy, option, nil)
    }
  }

  func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, pointer: UnsafeRawPointer?) {
    _ = aor_easy_set_pointer(table, easy, option, pointer)
  }

  func set(_ easy: UnsafeMutableRawPointer, _ option: CURLoption, callback: aor_curl_data_callback?) {
    _ = aor_easy_set_data_callback(table, easy, option, callback)
  }

  func integer(_ easy: UnsafeMutableRawPointer, _ info: CURLINFO) -> Int {
    var value = 0
    return aor_easy_get_long(table, easy, info, &value) == CURLE_OK ? value : 0
  }

  /// A number that libcurl gives as `curl_off_t`: bytes or microseconds, as its name says.
  func offset(_ easy: UnsafeMutableRawPointer, _ info: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    return aor_easy_get_offset(table, easy, info, &value) == CURLE_OK ? Int64(value) : 0
  }

  func pointer(_ easy: UnsafeMutableRawPointer, _ info: CURLINFO) -> UnsafeMutableRawPointer? {
    var value: UnsafeMutableRawPointer?
    return aor_easy_get_pointer(table, easy, info, &value) == CURLE_OK ? value : nil
  }
}
