"""Draws round-trip times over system size."""

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt  # noqa: E402, the backend first


def draw(rows, path):
    styles = list(dict.fromkeys(row['style'] for row in rows))
    labels = list(dict.fromkeys(row['client'] for row in rows))
    figure, panels = plt.subplots(1, len(styles), figsize=(6 * len(styles), 5), sharey=True,
                                  squeeze=False, layout='constrained')
    for panel, style in zip(panels[0], styles):
        for label in labels:
            points = sorted((r['atoms'], r['median_s'], r['p10_s'], r['p90_s']) for r in rows
                            if r['client'] == label and r['style'] == style)
            atoms, median, low, high = zip(*points)
            look = {'color': '0.6', 'linestyle': ':'} if label == 'floor' else {'marker': 'o'}
            line, = panel.loglog(atoms, median, label=label, markersize=4, **look)
            panel.fill_between(atoms, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
        panel.set_title({'fused': 'POSDATA and GETFORCE in one write',
                         'polled': 'STATUS before each'}[style])
        panel.set_xlabel('atoms')
        panel.grid(alpha=0.3)
    panels[0][0].set_ylabel('round trip, median and 10 to 90 % [s]')
    panels[0][0].legend()
    figure.savefig(path, dpi=130)
