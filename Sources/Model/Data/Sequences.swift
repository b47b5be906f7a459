import Foundation

/// The items of each user ordered by time, one user after the other.
struct Sequences {
  /// The item ids of all users.
  private(set) var items: [Int32]

  /// The start of each user's items, by user id, and the end of the last user's items.
  private(set) var starts: [Int]

  /// The time of each user's second item, by user id; only meaningful for users with at least two.
  private(set) var secondTimes: [Double]

  /// The number of rows whose time equals that of another row of the same user.
  private(set) var tiedRowCount = 0

  /// The number of items of each user with items, by id from 1.
  var lengths: [Int32] {
    zip(starts.dropFirst(), starts.dropFirst(2)).map { Int32($1 - $0) }.filter { $0 > 0 }
  }

  /// Sorts rows by user and then by time; equal times keep the order of the rows.
  ///
  /// - Parameter userCount: The number of user ids, including padding.
  init(_ interactions: Interactions, userCount: Int) {
    var starts = [Int](repeating: 0, count: userCount + 1)
    for user in interactions.users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    let visits = Self.visitsByUser(interactions, starts)
    let parts = Self.partition(starts)
    let sorted = inParallel(parts.count) { part in Part(visits, starts, users: parts[part]) }
    self.starts = starts
    items = []
    items.reserveCapacity(interactions.count)
    secondTimes = []
    for part in sorted {
      items += part.items
      secondTimes += part.secondTimes
      tiedRowCount += part.tiedRowCount
    }
  }

  /// The item and time of a row, and its index.
  private struct Visit {
    var time = 0.0
    var item: Int32 = 0
    var row: Int32 = 0
  }

  /// All rows grouped by user, each user's rows in file order.
  private static func visitsByUser(_ interactions: Interactions, _ starts: [Int]) -> [Visit] {
    var next = starts.map { Int32($0) }
    var visits = [Visit](repeating: Visit(), count: interactions.count)
    for row in 0..<interactions.count {
      let user = Int(interactions.users[row])
      visits[Int(next[user])] = Visit(
        time: interactions.times[row], item: interactions.items[row], row: Int32(row))
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
    var tiedRowCount = 0

    init(_ all: [Visit], _ starts: [Int], users: Range<Int>) {
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
        for index in visits.indices {
          let tiesBefore = index > 0 && visits[index - 1].time == visits[index].time
          let tiesAfter = index + 1 < visits.count && visits[index + 1].time == visits[index].time
          if tiesBefore || tiesAfter { tiedRowCount += 1 }
          items.append(visits[index].item)
        }
      }
    }
  }
}
