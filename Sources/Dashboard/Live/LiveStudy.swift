import Locks
import Tuner

/// What pages show of one study, and what they have yet to be told.
///
/// Nothing is kept for a page but where it is: the last changes are kept once for all, and a page that is further behind gets the whole
/// study. So a slow one costs no memory.
final class LiveStudy: Sendable {
  /// Where a page is.
  struct Position {
    fileprivate var sequence: Int?
    fileprivate var problem = 0

    /// - Parameter sequence: That of the study which the page has; `nil` if it has none.
    init(after sequence: Int? = nil) { self.sequence = sequence }
  }

  /// The study at one moment.
  struct Whole: Sendable {
    let sequence: Int
    let study, live: String
    fileprivate let event: [UInt8]
  }

  private struct State {
    /// It begins anywhere among the integers of JavaScript, so that the number of another run of the server is none of this one's.
    var sequence = Int.random(in: 0..<1 << 52)
    var text: StudyText?
    var live = "{}"

    /// The last changes, each with the sequence that it leads to, in order.
    var recent: [(sequence: Int, event: [UInt8])] = []

    /// Made when a page needs it.
    var whole: Whole?

    var problem: String?
    var problemCount = 0

    /// How many looks at the database have ended.
    var looks = 0
    var pages: [Int: AsyncStream<Void>.Continuation] = [:]
    var pageCount = 0

    /// When the last page left.
    var leftAt: ContinuousClock.Instant
  }

  let name: String
  private let state: Locked<State>
  private let now: @Sendable () -> ContinuousClock.Instant

  /// Changes that a page may be behind, and their bytes, before it gets the whole study.
  private static let recentCount = 20
  private static let recentBytes = 1 << 20

  /// So long is it read for nobody.
  private static let grace: Duration = .seconds(10)

  init(name: String, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    (self.name, self.now) = (name, now)
    state = Locked(State(leftAt: now()))
  }

  // MARK: - What happens

  /// Shows a study from its beginning: pages get all of it.
  func begin(_ chart: StudyChart, live: String) throws {
    let text = try StudyText(chart)
    state.withLock { state in
      state.sequence += 1
      (state.text, state.live, state.whole, state.recent, state.problem) = (text, live, nil, [], nil)
      wake(state)
    }
  }

  /// Shows what has changed, if anything has.
  ///
  /// - Parameter isNews: Whether a change of `live` alone is worth an event; the end of a problem is.
  /// - Returns: Whether pages are told.
  @discardableResult
  func update(to chart: StudyChart?, live: String, isNews: Bool) throws -> Bool {
    // Only one thread changes the text and its sequence.
    let (known, sequence, isMended) = state.withLock { ($0.text, $0.sequence + 1, $0.problem != nil) }
    guard var text = known else { return false }
    let changes = try chart.map { try text.update(to: $0) } ?? StudyText.Changes()
    guard !changes.isEmpty || isNews || isMended else { return false }
    let event = EventText.event(.changes, changes.json(sequence: sequence, live: live))
    state.withLock { state in
      (state.sequence, state.text, state.live, state.whole, state.problem) = (sequence, text, live, nil, nil)
      state.recent.append((sequence, event))
      while state.recent.count > Self.recentCount || state.recent.reduce(0, { $0 + $1.event.count }) > Self.recentBytes
      {
        state.recent.removeFirst()
      }
      wake(state)
    }
    return true
  }

  /// Says why nothing new can be shown; the same problem is said once.
  ///
  /// - Parameter isOver: Whether the study is gone, so that a later one of the same name is another.
  func fail(_ problem: String, isOver: Bool = false) {
    state.withLock { state in
      if isOver { (state.text, state.whole, state.recent) = (nil, nil, []) }
      guard state.problem != problem else { return }
      state.problem = problem
      state.problemCount += 1
      wake(state)
    }
  }

  /// Says that a look at the database has ended.
  func endLook() {
    state.withLock { state in
      state.looks += 1
      wake(state)
    }
  }

  /// Wakes the pages, which may have nothing to say but that they are there.
  func tick() { state.withLock { wake($0) } }

  private func wake(_ state: State) {
    for page in state.pages.values { page.yield() }
  }

  /// Ends the streams of all pages.
  func end() {
    state.withLock { state in
      for page in state.pages.values { page.finish() }
    }
  }

  // MARK: - What is asked

  var isShown: Bool { state.withLock { $0.text != nil } }

  var problem: String? { state.withLock { $0.problem } }

  /// The trials as pages have them, and which values are better.
  var trials: (values: [StudyChart.Trial], direction: Direction)? {
    state.withLock { state in state.text.map { ($0.trialValues, $0.direction) } }
  }

  /// The number of looks at the database that have ended, and whether anybody has the study open, or had a moment ago.
  var attention: (looks: Int, isWanted: Bool) {
    state.withLock { state in
      (state.looks, !state.pages.isEmpty || state.leftAt + Self.grace > now())
    }
  }

  /// The study as it is; `nil` before it was read.
  var whole: Whole? { state.withLock { Self.whole(of: &$0) } }

  private static func whole(of state: inout State) -> Whole? {
    guard let text = state.text else { return nil }
    if let whole = state.whole { return whole }
    let study = text.json
    let data = JSONMembers.object([("sequence", "\(state.sequence)"), ("study", study), ("live", state.live)])
    let whole = Whole(
      sequence: state.sequence, study: study, live: state.live, event: EventText.event(.study, data))
    state.whole = whole
    return whole
  }

  /// What a page is to be told, and where it is then; `nil` if there is nothing.
  func news(for position: inout Position) -> [UInt8]? {
    let (bytes, next) = state.withLock { state in
      var (bytes, position): ([UInt8], Position) = ([], position)
      if let known = position.sequence, let first = state.recent.first,
        (first.sequence - 1...state.sequence).contains(known)
      {
        for change in state.recent where change.sequence > known { bytes += change.event }
        position.sequence = state.sequence
      } else if position.sequence != state.sequence, let whole = Self.whole(of: &state) {
        bytes = whole.event
        position.sequence = state.sequence
      }
      if position.problem != state.problemCount {
        position.problem = state.problemCount
        if let problem = state.problem { bytes += Self.event(problem) }
      }
      return (bytes, position)
    }
    position = next
    return bytes.isEmpty ? nil : bytes
  }

  private static func event(_ problem: String) -> [UInt8] {
    EventText.event(.problem, JSONMembers.object([("message", JSONMembers.string(problem))]))
  }

  /// A stream that has an element when something may have happened; it ends with the server.
  func attend() -> (number: Int, stream: AsyncStream<Void>) {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.pageCount += 1
      state.pages[state.pageCount] = continuation
      return state.pageCount
    }
    continuation.yield()
    return (number, stream)
  }

  /// Keeps the study read for a moment, until a page attends.
  func touch() { state.withLock { $0.leftAt = now() } }

  func leave(_ number: Int) {
    state.withLock { state in
      state.pages[number] = nil
      state.leftAt = now()
    }
  }
}
