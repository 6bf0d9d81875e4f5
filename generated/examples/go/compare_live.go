// Compares the disks and network cards of a running domain with those of its configuration.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"libvirt.org/go/libvirtxml"
)

//go:embed server.xml
var text string

func path(disk libvirtxml.DomainDisk) string {
	if disk.Source != nil && disk.Source.File != nil {
		return disk.Source.File.File
	} else if disk.Source != nil && disk.Source.Block != nil {
		return disk.Source.Block.Dev
	}
	return "-"
}

func main() {
	var configured, live libvirtxml.Domain
	if err := configured.Unmarshal(text); err != nil {
		log.Fatal(err)
	}
	now := strings.Replace(strings.Replace(text, "/images/old.iso", "/images/new.iso", 1), "00:02'", "00:03'", 1)
	if err := live.Unmarshal(now); err != nil {
		log.Fatal(err)
	}
	paths, cards := map[string]string{}, map[string]bool{}
	for _, disk := range live.Devices.Disks {
		if disk.Target != nil {
			paths[disk.Target.Dev] = path(disk)
		}
	}
	for _, card := range live.Devices.Interfaces {
		if card.MAC != nil {
			cards[card.MAC.Address] = true
		}
	}
	for _, disk := range configured.Devices.Disks {
		if disk.Target != nil && paths[disk.Target.Dev] != path(disk) {
			fmt.Printf("disk %s: %s is %s\n", disk.Target.Dev, path(disk), paths[disk.Target.Dev])
		}
	}
	for _, card := range configured.Devices.Interfaces {
		if card.MAC != nil && !cards[card.MAC.Address] {
			fmt.Printf("network card %s is not there\n", card.MAC.Address)
		}
	}
}
