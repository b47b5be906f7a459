/// The items of each user in the order of time, one user after the other.
struct Sequences {
  /// Item ids, all users.
  private(set) var items: [Int32]

  /// Where each user's items start, by user id, and where the last one's end.
  private(set) var starts: [Int]

  /// When each user's second item was, by user id; only for those with two.
  private(set) var secondTimes: [Double]

  /// Rows whose time another row of the same user has too.
  private(set) var tiedRowCount = 0

  /// Items of each user with items, by id from 1.
  var lengths: [Int32] {
    zip(starts.dropFirst(), starts.dropFirst(2)).map { Int32($1 - $0) }.filter { $0 > 0 }
  }

  /// Sorts rows by user and then by time; equal times keep the order of the rows.
  ///
  /// - Parameter userCount: Ids of users, with the padding's.
  init(_ interactions: Interactions, userCount: Int) {
    starts = [Int](repeating: 0, count: userCount + 1)
    for user in interactions.users { starts[Int(user) + 1] += 1 }
    for user in 0..<userCount { starts[user + 1] += starts[user] }
    var next = starts
    var order = [Int32](repeating: 0, count: interactions.count)
    for row in 0..<interactions.count {
      let user = Int(interactions.users[row])
      order[next[user]] = Int32(row)
      next[user] += 1
    }
    let times = interactions.times
    secondTimes = [Double](repeating: 0, count: userCount)
    for user in 0..<userCount {
      let rows = starts[user]..<starts[user + 1]
      guard rows.count > 1 else { continue }
      if rows.dropFirst().contains(where: { times[Int(order[$0 - 1])] > times[Int(order[$0])] }) {
        order[rows].sort {
          let (first, second) = (times[Int($0)], times[Int($1)])
          return first == second ? $0 < $1 : first < second
        }
      }
      secondTimes[user] = times[Int(order[rows.lowerBound + 1])]
      for row in rows {
        let time = times[Int(order[row])]
        let isTied =
          (row > rows.lowerBound && times[Int(order[row - 1])] == time)
          || (row + 1 < rows.upperBound && times[Int(order[row + 1])] == time)
        if isTied { tiedRowCount += 1 }
      }
    }
    items = order.map { interactions.items[Int($0)] }
  }
}
