/// The users to whom items are recommended, in order.
public enum RecommendedUsers {
  /// Users of the dataset, by id.
  case ids([Int32])

  /// Users of a file, who need not be in the dataset.
  case file(HistoryFile)
}

extension Recommender {
  /// Recommends items to all users, on several threads; the answers do not depend on their number.
  ///
  /// Histories are read, and results delivered, some hundred users at a time, so the memory does not grow with the number of users.
  ///
  /// - Parameter encode: Makes the output of some users' answers; called on any thread.
  /// - Parameter deliver: Receives the output, in the order of the users, and the summary up to there.
  /// - Throws: What a file has wrong, `NoScores`, `Stopped`, and what `deliver` throws.
  public func run(
    _ users: RecommendedUsers, threads: Int, shouldStop: () -> Bool, encode: ([Answer]) -> [UInt8],
    deliver: (_ output: [UInt8], _ summary: Summary) throws -> Void
  ) throws {
    // All are made beforehand: an array must not change while several threads use it.
    let scratches = (0..<max(1, threads)).map(scratch)
    let next = try portions(of: users)
    var total = Summary()
    try inOrder(
      threads: scratches.count,
      next: { () throws -> Portion? in
        if shouldStop() { throw Stopped() }
        return try next()
      },
      work: { thread, portion in
        let users = try histories(of: portion)
        let answers = try answers(users.histories, scratches[thread], shouldStop: shouldStop)
        return (encode(answers), Summary(answers, top: top, unknown: users.unknown))
      },
      deliver: { (result: (output: [UInt8], summary: Summary)) in
        total.add(result.summary)
        try deliver(result.output, total)
      })
  }

  /// Some users, whose histories have not been read yet.
  private enum Portion {
    case ids(ArraySlice<Int32>)
    case lines(PlainLines.Lines, of: HistoryFile)
  }

  /// The users in portions; the function returns `nil` after the last one.
  private func portions(of users: RecommendedUsers) throws -> () throws -> Portion? {
    switch users {
    case .ids(let ids):
      var rest = ids[...]
      return {
        guard !rest.isEmpty else { return nil }
        defer { rest = rest.dropFirst(Self.portionSize) }
        return .ids(rest.prefix(Self.portionSize))
      }
    case .file(let file):
      let lines = try file.open()
      return { try lines.next(most: Self.portionSize).map { .lines($0, of: file) } }
    }
  }

  private func histories(of portion: Portion) throws -> HistoryFile.Parsed {
    switch portion {
    case .ids(let ids):
      HistoryFile.Parsed(
        histories: ids.map { histories.history(of: $0, includesSeen: !request.isRepeatable) }, unknown: UnknownItems())
    case .lines(let lines, let file): try file.parse(lines)
    }
  }
}

extension Recommender.Summary {
  fileprivate init(_ answers: [Recommender.Answer], top: Int, unknown: UnknownItems) {
    userCount = answers.count
    popularityCount = answers.count(where: \.isByPopularity)
    shortCount = answers.count { $0.items.count < top }
    self.unknown = unknown
  }

  fileprivate mutating func add(_ other: Self) {
    userCount += other.userCount
    popularityCount += other.popularityCount
    shortCount += other.shortCount
    unknown.add(other.unknown)
  }
}
