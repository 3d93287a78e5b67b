import incident from '../state/incident.ts';
import { defineSignal } from './define.ts';
import { fromWatched } from './entity-reading.ts';

type OpenIncident = { readonly severity: string; readonly incidents: readonly string[] };

export default defineSignal<OpenIncident>({
  id: 'open_incident',
  title: 'Open incident',
  formula:
    'The worst severity among unresolved incidents that affect the account; `none` while incidents are received and none is open',
  unit: 'severity',
  needs: ['incident'],
  read: (view) => {
    const open = view.current(incident).filter(({ data }) => data.status !== 'resolved');
    const severity =
      open
        .map(({ data }) => data.severity)
        .sort()
        .at(0) ?? 'none';
    return fromWatched(view, incident, open, {
      value: { severity, incidents: open.map(({ key }) => key).sort() },
      isBad: open.length > 0,
    });
  },
});
