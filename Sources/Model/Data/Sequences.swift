import Foundation

/// The items of each user ordered by time, one user after the other.
struct Sequences {
  /// The item ids of all users.
  private(set) var items: [Int32]

  /// The start of each user's items, by user id, and the end of the last user's items.
  private(set) var starts: [Int]

  /// The time of each user's second item, by user id; only meaningful for users with at least two.
  private(set) var secondTimes: [Double]

  /// The time of each item, as compared; empty unless they are kept.
  private(set) var times: [Double] = []

  /// The number of rows whose time equals that of another row of the same user.
  private(set) var tiedRowCount = 0

  /// The number of rows that repeat an earlier row exactly: the same user, item and time, as written in the file.
  private(set) var repeatedRowCount = 0

  /// Items of each user with items, by id from 1.
  var lengths: [Int32] {
    zip(starts.dropFirst(), starts.dropFirst(2)).map { Int32($1 - $0) }.filter { $0 > 0 }
  }

  /// Sorts rows by user and then by time; equal times keep the order of the rows.
  ///
  /// - Parameter userCount: Ids of users, with the padding's.
  /// - Parameter comparedTime: Converts a time to the value by which rows are ordered.
  /// - Parameter keepsTimes: Whether the split needs the times of all items.
  init(
    _ interactions: Interactions, userCount: Int, comparing comparedTime: ComparedTime, keepsTimes: Bool = false
  ) {
    var starts = [Int](repeating: 0, count: userCount + 1)
    for user in interactions.users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    let visits = Self.visitsByUser(interactions, starts, comparedTime)
    let parts = Self.partition(starts)
    let times = interactions.times
    let sorted = inParallel(parts.count) { part in
      Part(visits, starts, users: parts[part], times: times, keepsTimes: keepsTimes)
    }
    self.starts = starts
    items = []
    items.reserveCapacity(interactions.count)
    secondTimes = []
    if keepsTimes { self.times.reserveCapacity(interactions.count) }
    for part in sorted {
      items += part.items
      self.times += part.comparedTimes
      secondTimes += part.secondTimes
      tiedRowCount += part.tiedRowCount
      repeatedRowCount += part.repeatedRowCount
    }
  }

  /// The item and time of a row, and its index.
  private struct Visit {
    /// The time as compared.
    var time = 0.0
    var item: Int32 = 0
    var row: Int32 = 0
  }

  /// All rows by user, those of one user in their order.
  private static func visitsByUser(
    _ interactions: Interactions, _ starts: [Int], _ comparedTime: ComparedTime
  ) -> [Visit] {
    var next = starts.map { Int32($0) }
    var visits = [Visit](repeating: Visit(), count: interactions.count)
    for row in 0..<interactions.count {
      let user = Int(interactions.users[row])
      visits[Int(next[user])] = Visit(
        time: comparedTime(interactions.times[row]), item: interactions.items[row], row: Int32(row))
      next[user] += 1
    }
    return visits
  }

  /// Ranges of users with about the same number of rows, one per core; a single range if there are few rows.
  private static func partition(_ starts: [Int]) -> [Range<Int>] {
    let userCount = starts.count - 1
    let rowCount = starts[userCount]
    let partCount = rowCount < 10_000 ? 1 : ProcessInfo.processInfo.activeProcessorCount
    let bounds = (0..<partCount).map { part in
      starts.firstIndex { $0 >= rowCount * part / partCount } ?? userCount
    }
    return zip(bounds, bounds.dropFirst() + [userCount]).map { $0..<$1 }
  }

  /// The items of some users, ordered by time.
  private struct Part {
    var items: [Int32] = []
    var secondTimes: [Double] = []

    /// The time of each item; empty unless kept.
    var comparedTimes: [Double] = []
    var tiedRowCount = 0
    var repeatedRowCount = 0

    /// - Parameter times: The times by row, as written in the file.
    init(_ all: [Visit], _ starts: [Int], users: Range<Int>, times: [Double], keepsTimes: Bool) {
      items.reserveCapacity(starts[users.upperBound] - starts[users.lowerBound])
      secondTimes.reserveCapacity(users.count)
      var visits: [Visit] = []
      for user in users {
        visits.removeAll(keepingCapacity: true)
        visits += all[starts[user]..<starts[user + 1]]
        if zip(visits, visits.dropFirst()).contains(where: { $0.time > $1.time }) {
          visits.sort { $0.time == $1.time ? $0.row < $1.row : $0.time < $1.time }
        }
        secondTimes.append(visits.count > 1 ? visits[1].time : 0)
        for visit in visits { items.append(visit.item) }
        if keepsTimes { for visit in visits { comparedTimes.append(visit.time) } }
        countTies(visits, times)
      }
    }

    /// Counts a user's rows that share their time with other rows, and the exact repeats among them.
    private mutating func countTies(_ visits: [Visit], _ times: [Double]) {
      var start = 0
      while start < visits.count {
        var end = start + 1
        while end < visits.count, visits[end].time == visits[start].time { end += 1 }
        if end - start > 1 {
          tiedRowCount += end - start
          repeatedRowCount += Self.repeats(in: visits[start..<end], times)
        }
        start = end
      }
    }

    /// The number of visits that repeat another one; times that compare as equal may still differ in the file.
    private static func repeats(in tied: ArraySlice<Visit>, _ times: [Double]) -> Int {
      func areEqual(_ a: Visit, _ b: Visit) -> Bool { a.item == b.item && times[Int(a.row)] == times[Int(b.row)] }
      // Most ties have only a few rows, for which comparing all pairs is faster than sorting.
      guard tied.count > 8 else {
        return tied.indices.count { index in tied[..<index].contains { areEqual($0, tied[index]) } }
      }
      let sorted = tied.sorted { ($0.item, times[Int($0.row)]) < ($1.item, times[Int($1.row)]) }
      return zip(sorted, sorted.dropFirst()).count { areEqual($0, $1) }
    }
  }
}
