/// Arguments of a statement as libpq takes them: text, and bytes as they are.
struct PostgreSQLArguments {
  /// All values one after another; a text ends with a zero byte.
  private var storage: [UInt8] = []
  /// Where each value begins; `nil` for NULL.
  private var places: [Int?] = []
  private var lengths: [CInt] = []
  private var formats: [CInt] = []

  /// The bytes of all values.
  var size: Int { storage.count }

  /// The server takes values up to one gigabyte.
  private static let largest = 1 << 30

  /// Throws a `PostgreSQLError` for a value that the database cannot have.
  init(_ values: [SQLValue]) throws {
    for value in values {
      switch value {
      case .null: add(nil, format: 0)
      case .integer(let integer): add("\(integer)\0".utf8, format: 0)
      case .real(let number):
        guard !number.isNaN else { throw PostgreSQLError(unstorable: "a value that is not a number") }
        // The shortest text that gives the same number again.
        add("\(number)\0".utf8, format: 0)
      case .text(let text):
        guard !text.utf8.contains(0) else { throw PostgreSQLError(unstorable: "text with a NUL byte") }
        guard text.utf8.count < Self.largest else { throw PostgreSQLError(unstorable: "text of a gigabyte or more") }
        add("\(text)\0".utf8, format: 0)
      case .blob(let bytes):
        guard bytes.count < Self.largest else { throw PostgreSQLError(unstorable: "bytes of a gigabyte or more") }
        add(bytes, format: 1)
      }
    }
    // Bytes without any still need a place.
    storage.append(0)
  }

  private mutating func add(_ bytes: (some Collection<UInt8>)?, format: CInt) {
    places.append(bytes == nil ? nil : storage.count)
    lengths.append(CInt(bytes?.count ?? 0))
    formats.append(format)
    if let bytes { storage += bytes }
  }

  private mutating func add(_ bytes: String.UTF8View?, format: CInt) {
    add(bytes.map { Array($0) }, format: format)
  }

  /// Passes the number of arguments, their values, their lengths, and their formats: 0 for text, 1 for bytes.
  func withPointers<Value>(
    _ body: (CInt, LibPQ.CTexts?, LibPQ.Numbers?, LibPQ.Numbers?) throws -> Value
  ) rethrows -> Value {
    try unsafe storage.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
      let values = unsafe places.map { place in unsafe place.map { unsafe start + $0 } }
      return try unsafe body(CInt(places.count), values, lengths, formats)
    }
  }
}
