//! Demo data: ABC Marketing, three people and four calendars.

use slotlink::words::{
    Account, AccountId, Calendar, CalendarId, CalendarKind, CalendarRef, CollectiveHost,
    CollectiveHosts, Email, FixedLocation, GridStep, Hours, LocationSetting, LocationText, Name,
    Notice, Role, RoundRobinHost, RoundRobinHosts, Seats, SlotLength, SlotSettings, User, UserId,
    WeeklyHours, Window, Zone,
};
use slotlink::{Caller, Error, Refusal, Scheduler};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Puts it, if it is not there: what was changed stays as it is. A calendar comes last, so that what was
/// cut off is begun again.
pub(crate) async fn put(scheduler: &Scheduler, account: &AccountId, more_hosts: u16) -> Outcome {
    let by = Caller::system(account.clone());
    let has_calendars = match scheduler.calendars(&by).await {
        Ok(calendars) => !calendars.is_empty(),
        Err(Error::Refused(Refusal::NotFound(_))) => false,
        Err(error) => return Err(error.into()),
    };
    if has_calendars {
        return Ok(());
    }
    let zone = Zone::new("Europe/Berlin")?;
    let abc = Account::new(account.clone(), Name::new("ABC Marketing")?).with_zone(zone);
    scheduler.put_account(&abc).await?;
    let demo = Demo { scheduler, by, zone };
    demo.person("ann", "Ann Albers", Role::Admin, &["09:00-12:30", "13:30-17:00"]).await?;
    demo.person("ben", "Ben Brandt", Role::User, &["10:00-18:00"]).await?;
    demo.person("cleo", "Cleo Costa", Role::User, &["08:00-14:00"]).await?;
    demo.many(more_hosts).await?;
    demo.calendars().await
}

struct Demo<'a> {
    scheduler: &'a Scheduler,
    by: Caller,
    zone: Zone,
}

impl Demo<'_> {
    async fn person(&self, id: &str, name: &str, role: Role, open: &[&str]) -> Outcome<UserId> {
        let open = open.iter().map(|window| window.parse::<Window>());
        let weekly = WeeklyHours::monday_to_friday(&open.collect::<Result<Vec<_>, _>>()?);
        let hours = Hours::new(self.zone).with_weekly(weekly);
        let email = Email::new(format!("{id}@abc-marketing.example"))?;
        let user = User::new(UserId::new(id)?, Name::new(name)?, email, hours);
        self.scheduler.put_user(&user).await?;
        self.scheduler.put_membership(self.by.account(), &user.id, role).await?;
        Ok(user.id)
    }

    async fn calendars(&self) -> Outcome {
        let half_hours = SlotSettings::new(SlotLength::new(30)?, GridStep::new(30)?);
        let demo = round_robin(&["ann", "ben"])?;
        let demo = self.calendar("demo", "Product demo", demo, half_hours)?;
        self.put(demo).await?;

        let seats = SlotSettings::new(SlotLength::new(60)?, GridStep::new(60)?);
        let class = self.calendar(
            "class",
            "Group training",
            round_robin(&["cleo"])?,
            seats.with_seats(Seats::new(5)?),
        )?;
        self.put(class).await?;

        let together = CollectiveHosts::new(vec![
            CollectiveHost::required(UserId::new("ann")?),
            CollectiveHost::required(UserId::new("cleo")?),
            CollectiveHost::optional(UserId::new("ben")?),
        ])?;
        let together = CalendarKind::Collective(together);
        let hours = SlotSettings::new(SlotLength::new(45)?, GridStep::new(60)?);
        let mut kick_off = self.calendar("kick-off", "Kick-off", together, hours)?;
        kick_off.cancel_notice = Notice::new(60)?;
        kick_off.move_notice = Notice::new(60)?;
        self.put(kick_off).await?;

        let mut call = self.calendar("call", "Call back", round_robin(&["ben"])?, half_hours)?;
        let text = LocationText::new("We call the number that you give")?;
        call.location = Some(LocationSetting::Fixed(FixedLocation::Text(text)));
        self.put(call).await
    }

    fn calendar(
        &self,
        id: &str,
        name: &str,
        kind: CalendarKind,
        slot: SlotSettings,
    ) -> Outcome<Calendar> {
        let id = CalendarRef::new(self.by.account().clone(), CalendarId::new(id)?);
        let mut calendar = Calendar::new(id, Name::new(name)?, kind, self.zone, slot);
        calendar.notice = Notice::new(30)?;
        Ok(calendar)
    }

    async fn put(&self, calendar: Calendar) -> Outcome {
        self.scheduler.put_calendar(&self.by, &calendar).await?;
        Ok(())
    }

    /// A calendar with many hosts, for whoever measures.
    async fn many(&self, hosts: u16) -> Outcome {
        let mut users = Vec::new();
        for number in 1..=hosts {
            let (id, name) = (format!("host-{number:03}"), format!("Host {number}"));
            users.push(self.person(&id, &name, Role::User, &["09:00-17:00"]).await?);
        }
        if users.is_empty() {
            return Ok(());
        }
        let hosts = users.into_iter().map(RoundRobinHost::new).collect();
        let kind = CalendarKind::RoundRobin(RoundRobinHosts::new(hosts)?);
        let slot = SlotSettings::new(SlotLength::new(30)?, GridStep::new(30)?);
        self.put(self.calendar("many", "Many hosts", kind, slot)?).await
    }
}

fn round_robin(users: &[&str]) -> Outcome<CalendarKind> {
    let hosts = users.iter().map(|id| Ok(RoundRobinHost::new(UserId::new(*id)?)));
    let hosts = hosts.collect::<Outcome<Vec<_>>>()?;
    Ok(CalendarKind::RoundRobin(RoundRobinHosts::new(hosts)?))
}
