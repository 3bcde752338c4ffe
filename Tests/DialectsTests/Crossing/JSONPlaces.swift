import Wire

extension JSON {
  /// The elements, to be reached by position.
  var list: [JSON] { Array(elements) }

  /// A member or element at the end of a path of names and positions, as in `messages.1.content`; nil where there is
  /// none.
  func at(_ path: String) -> JSON? {
    var value: JSON? = self
    for step in path.split(separator: ".") {
      if let position = Int(step) {
        let list = value?.list ?? []
        value = list.indices.contains(position) ? list[position] : nil
      } else {
        value = value?[name: String(step)]
      }
    }
    return value
  }

  /// The same; null where there is none.
  func place(_ path: String) -> JSON { at(path) ?? .null }
}
