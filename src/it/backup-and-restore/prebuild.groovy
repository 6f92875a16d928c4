import io.github.mmupgrade.it.ItInstallation

ItInstallation.prepare(basedir, '5.25.7', ['mattermost.verify.restore': 'true', 'mattermost.backup.keep': '1', 'mattermost.keepFrozen': '24'])
return true
