import Glibc

/// The functions of libpq, PostgreSQL's client library, under their names without the prefix PQ.
///
/// The library is opened at the first use, so the program starts without it, and is built without its headers.
@safe struct LibPQ: @unchecked Sendable {
  typealias Connection = OpaquePointer
  typealias Answer = OpaquePointer
  typealias CText = UnsafePointer<CChar>
  typealias CTexts = UnsafePointer<CText?>
  typealias Numbers = UnsafePointer<CInt>
  typealias Reason = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  // Connections.
  let connectdbParams: @convention(c) (CTexts, CTexts, CInt) -> Connection?
  let connectStartParams: @convention(c) (CTexts, CTexts, CInt) -> Connection?
  let reset: @convention(c) (Connection) -> Void
  let finish: @convention(c) (Connection?) -> Void
  let status: @convention(c) (Connection?) -> CInt
  let errorMessage: @convention(c) (Connection?) -> CText?
  let setErrorVerbosity: @convention(c) (Connection, CInt) -> CInt
  let setNoticeProcessor: @convention(c) (Connection, NoticeProcessor, UnsafeMutableRawPointer?) -> NoticeProcessor?
  let setnonblocking: @convention(c) (Connection, CInt) -> CInt
  let socket: @convention(c) (Connection) -> CInt

  // Parameters of connections.
  let conninfo: @convention(c) (Connection) -> UnsafeMutableRawPointer?
  let conninfoParse: @convention(c) (CText, Reason) -> UnsafeMutableRawPointer?
  let conninfoFree: @convention(c) (UnsafeMutableRawPointer?) -> Void
  let freemem: @convention(c) (UnsafeMutableRawPointer?) -> Void

  // Statements.
  let sendQuery: @convention(c) (Connection, CText) -> CInt
  let sendPrepare: @convention(c) (Connection, CText, CText, CInt, UnsafePointer<UInt32>?) -> CInt
  let sendDescribePrepared: @convention(c) (Connection, CText) -> CInt
  let sendQueryPrepared: @convention(c) (Connection, CText, CInt, CTexts?, Numbers?, Numbers?, CInt) -> CInt
  let flush: @convention(c) (Connection) -> CInt
  let consumeInput: @convention(c) (Connection) -> CInt
  let isBusy: @convention(c) (Connection) -> CInt
  let getResult: @convention(c) (Connection) -> Answer?
  let notifies: @convention(c) (Connection) -> UnsafeMutableRawPointer?

  /// `nil` before version 14.
  let pipeline: Pipeline?

  // Answers.
  let clear: @convention(c) (Answer?) -> Void
  let resultStatus: @convention(c) (Answer?) -> CInt
  let resultErrorField: @convention(c) (Answer?, CInt) -> CText?
  let resultErrorMessage: @convention(c) (Answer?) -> CText?
  let cmdStatus: @convention(c) (Answer) -> CText?
  let cmdTuples: @convention(c) (Answer) -> CText?
  let ntuples: @convention(c) (Answer) -> CInt
  let nfields: @convention(c) (Answer) -> CInt
  let fname: @convention(c) (Answer, CInt) -> CText?
  let ftype: @convention(c) (Answer, CInt) -> UInt32
  let getisnull: @convention(c) (Answer, CInt, CInt) -> CInt
  let getlength: @convention(c) (Answer, CInt, CInt) -> CInt
  let getvalue: @convention(c) (Answer, CInt, CInt) -> CText?

  /// What sends several statements before it asks for an answer.
  @safe struct Pipeline {
    let enter: @convention(c) (Connection) -> CInt
    let sync: @convention(c) (Connection) -> CInt
    let exit: @convention(c) (Connection) -> CInt
  }

  typealias NoticeProcessor = @convention(c) (UnsafeMutableRawPointer?, CText?) -> Void

  /// The library of this machine, or why it cannot be used.
  static let shared = Result<LibPQ, StorageError> { () throws(StorageError) in try LibPQ() }

  /// Opens the library.
  ///
  /// Throws a `StorageError` that says what to install.
  init(_ name: String = "libpq.so.5") throws(StorageError) {
    let library = try Library(name)
    unsafe connectdbParams = try library.function("PQconnectdbParams")
    unsafe connectStartParams = try library.function("PQconnectStartParams")
    unsafe reset = try library.function("PQreset")
    unsafe finish = try library.function("PQfinish")
    unsafe status = try library.function("PQstatus")
    unsafe errorMessage = try library.function("PQerrorMessage")
    unsafe setErrorVerbosity = try library.function("PQsetErrorVerbosity")
    unsafe setNoticeProcessor = try library.function("PQsetNoticeProcessor")
    unsafe setnonblocking = try library.function("PQsetnonblocking")
    unsafe socket = try library.function("PQsocket")
    unsafe conninfo = try library.function("PQconninfo")
    unsafe conninfoParse = try library.function("PQconninfoParse")
    unsafe conninfoFree = try library.function("PQconninfoFree")
    unsafe freemem = try library.function("PQfreemem")
    unsafe sendQuery = try library.function("PQsendQuery")
    unsafe sendPrepare = try library.function("PQsendPrepare")
    unsafe sendDescribePrepared = try library.function("PQsendDescribePrepared")
    unsafe sendQueryPrepared = try library.function("PQsendQueryPrepared")
    unsafe flush = try library.function("PQflush")
    unsafe consumeInput = try library.function("PQconsumeInput")
    unsafe isBusy = try library.function("PQisBusy")
    unsafe getResult = try library.function("PQgetResult")
    unsafe notifies = try library.function("PQnotifies")
    pipeline =
      if let enter: @convention(c) (Connection) -> CInt = unsafe library.functionIfPresent("PQenterPipelineMode") {
        unsafe Pipeline(
          enter: enter, sync: try library.function("PQpipelineSync"), exit: try library.function("PQexitPipelineMode"))
      } else { nil }
    unsafe clear = try library.function("PQclear")
    unsafe resultStatus = try library.function("PQresultStatus")
    unsafe resultErrorField = try library.function("PQresultErrorField")
    unsafe resultErrorMessage = try library.function("PQresultErrorMessage")
    unsafe cmdStatus = try library.function("PQcmdStatus")
    unsafe cmdTuples = try library.function("PQcmdTuples")
    unsafe ntuples = try library.function("PQntuples")
    unsafe nfields = try library.function("PQnfields")
    unsafe fname = try library.function("PQfname")
    unsafe ftype = try library.function("PQftype")
    unsafe getisnull = try library.function("PQgetisnull")
    unsafe getlength = try library.function("PQgetlength")
    unsafe getvalue = try library.function("PQgetvalue")
  }

  /// An open library; it stays open until the process ends.
  @safe private struct Library {
    private let name: String
    private let handle: UnsafeMutableRawPointer

    init(_ name: String) throws(StorageError) {
      guard let handle = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
        throw StorageError(
          location: name, found: "no such library", expected: "PostgreSQL's client library; install the package libpq5")
      }
      self.name = name
      unsafe self.handle = unsafe handle
    }

    /// A function, as the type that the caller gives it.
    func function<Function>(_ symbol: String) throws(StorageError) -> Function {
      guard let function: Function = functionIfPresent(symbol) else {
        throw StorageError(
          location: name, found: "a library without \(symbol)",
          expected: "PostgreSQL's client library, of version 10 or later")
      }
      return function
    }

    /// The same for a function that not all versions have.
    func functionIfPresent<Function>(_ symbol: String) -> Function? {
      unsafe dlsym(handle, symbol).map { unsafe unsafeBitCast($0, to: Function.self) }
    }
  }
}
