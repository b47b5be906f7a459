import FlyingSocks

/// The events of a study as the body of an answer, which ends only with the page or the server.
struct StudyEvents: AsyncBufferedSequence {
  typealias Element = UInt8

  let study: LiveStudy

  /// Where the page is; `nil` if it has nothing of the study yet.
  let sequence: Int?

  func makeAsyncIterator() -> Iterator { Iterator(study, after: sequence) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    /// A page that says nothing for longer is taken for lost, by proxies as well.
    private static let comments: Duration = .seconds(5)

    private let attendance: Attendance
    private var signals: AsyncStream<Void>.Iterator
    private var position: LiveStudy.Position

    /// `nil` before the page knows that its events come.
    private var lastSent: ContinuousClock.Instant?

    init(_ study: LiveStudy, after sequence: Int?) {
      position = LiveStudy.Position(after: sequence)
      let (number, stream) = study.attend()
      attendance = Attendance(study: study, number: number)
      signals = stream.makeAsyncIterator()
    }

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
      while await signals.next(isolation: #isolation) != nil {
        let now = ContinuousClock.now
        if let news = attendance.study.news(for: &position) {
          lastSent = now
          return news
        }
        if lastSent.map({ now - $0 >= Self.comments }) ?? true {
          lastSent = now
          return EventText.comment
        }
      }
      return nil
    }
  }

  /// Ends with the body that has it.
  private final class Attendance: Sendable {
    let study: LiveStudy
    private let number: Int

    init(study: LiveStudy, number: Int) { (self.study, self.number) = (study, number) }

    deinit { study.leave(number) }
  }
}
