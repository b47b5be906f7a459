/// An answer of the server in libpq's memory, which is freed with it.
@safe struct PostgreSQLAnswer: ~Copyable {
  private let pointer: LibPQ.Answer
  private let pq: LibPQ

  init(_ pointer: LibPQ.Answer, _ pq: LibPQ) {
    unsafe self.pointer = unsafe pointer
    self.pq = pq
  }

  deinit { unsafe pq.clear(pointer) }

  // 1: a command without rows; 2: rows.
  var isError: Bool { unsafe ![1, 2].contains(pq.resultStatus(pointer)) }

  /// The error that the server, or libpq, gave as an answer.
  func error(isLost: Bool) -> PostgreSQLError? {
    guard isError else { return nil }
    func field(_ code: Unicode.Scalar) -> String? {
      unsafe pq.resultErrorField(pointer, CInt(code.value)).map { unsafe String(cString: $0) }
    }
    let message = unsafe pq.resultErrorMessage(pointer).map { unsafe String(cString: $0) } ?? ""
    let state = field("C") ?? ""
    // Without an SQLSTATE the answer is libpq's own. If it could not send, it takes the connection for open until it reads.
    return PostgreSQLError(state: state, message: field("M") ?? message.shown, isLost: isLost || state.isEmpty)
  }

  var types: [PostgreSQLType] {
    unsafe (0..<pq.nfields(pointer)).map { PostgreSQLType(unsafe pq.ftype(pointer, $0)) }
  }

  func result(isBinary: Bool) throws -> PostgreSQLResult {
    let types = types
    let columns = types.indices.map { index in
      unsafe pq.fname(pointer, CInt(index)).map { unsafe String(cString: $0) } ?? ""
    }
    let rows = try unsafe (0..<pq.ntuples(pointer)).map { row in
      try types.enumerated().map { column, type in
        guard let value = value(row, CInt(column), type, isBinary: isBinary) else {
          throw UnexpectedRow(column: columns[column], found: "a value beside bytes", expected: "one that can be cast")
        }
        return value
      }
    }
    return PostgreSQLResult(columns: columns, rows: rows, changes: changes)
  }

  /// Rows that the command has changed; a query changes none.
  private var changes: Int {
    func text(_ function: (LibPQ.Answer) -> LibPQ.CText?) -> String {
      unsafe function(pointer).map { unsafe String(cString: $0) } ?? ""
    }
    let command = unsafe text { unsafe pq.cmdStatus($0) }
    guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(where: command.hasPrefix) else { return 0 }
    return Int(unsafe text { unsafe pq.cmdTuples($0) }) ?? 0
  }

  private func value(_ row: CInt, _ column: CInt, _ type: PostgreSQLType, isBinary: Bool) -> SQLValue? {
    guard unsafe pq.getisnull(pointer, row, column) == 0 else { return .null }
    let count = unsafe Int(pq.getlength(pointer, row, column))
    let bytes = unsafe UnsafeRawBufferPointer(start: pq.getvalue(pointer, row, column), count: count)
    if isBinary { return unsafe SQLValue(postgreSQL: Array(bytes), type: type) }
    return unsafe SQLValue(postgreSQL: String(decoding: bytes, as: UTF8.self), type: type)
  }
}
