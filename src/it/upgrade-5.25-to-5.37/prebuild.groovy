import io.github.mmupgrade.it.ItInstallation

ItInstallation.prepare(basedir, '5.25.7', [
    'mattermost.archive': ItInstallation.archive('5.37.10').toString(),
    'mattermost.maintenancePage': 'true',
])
return true
